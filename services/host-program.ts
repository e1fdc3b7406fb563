/** Path of a program on the host. */
export function programPath(name: string): string {
  return `/usr/local/lib/webstack/${name}.js`;
}
