/** First line of every rendered file with `#` comments: its generator, and where to change it. */
export const generatedNotice =
  "# Made by webstack; a change here is undone by the next `pulumi up`. See the stack file.";
