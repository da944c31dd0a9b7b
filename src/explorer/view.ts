/** How the tree is looked at: kept apart from what it shows. */
export interface ExplorerView {
  /** the name filter; "" shows all */
  readonly filter: string;
  readonly internalTopics: boolean;
  /** subjects and versions of schemas that are deleted, but not for good */
  readonly deletedSchemas: boolean;
}
