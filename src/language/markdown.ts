/** Text as Markdown that shows just its characters: nothing in it is markup, an entity or a link. Line ends stay line ends. */
export const plain = (text: string): string =>
  text.replaceAll(/[!-/:-@[-`{-~]/g, "\\$&").replaceAll(/\r?\n|\r/g, "  \n");
