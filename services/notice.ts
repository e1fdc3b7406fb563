/** First line of every rendered file with `#` comments: it names the generator and the place for changes. */
export const generatedNotice =
  "# Made by webstack; a change here is undone by the next `pulumi up`. See the stack file.";
