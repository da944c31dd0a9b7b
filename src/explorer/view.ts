/** How the tree is looked at: kept apart from what it shows. */
export interface ExplorerView {
  /** the name filter; "" shows all */
  readonly filter: string;
  readonly internalTopics: boolean;
}
