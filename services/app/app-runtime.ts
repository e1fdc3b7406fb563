import type { BundleRelease } from "../bundle";

/** A release and its runtime, as needed to render units. */
export interface AppRuntimeFacts {
  /** The app's release. */
  release: BundleRelease;
  /** Directory of the release with packages of Python; `.` is the release itself. @default none */
  python?: string | undefined;
}

/** Effects of a runtime on the app's units. */
export interface AppRuntime {
  /** Directory of the runtime's programs, first in PATH. @default none */
  bin?: string;
  /** Directory that must be there before anything of the release starts. @default none */
  needed?: string;
  /** Environment variables; the app's own take precedence. */
  variables: Readonly<Record<string, string>>;
}

/** Directory of the Node.js binary in its npm package. */
const binOfNode = "package/bin";

/** The directory of a release's own runtime, such as `/srv/runtime/<digest>`; undefined if it has none. */
export function runtimeDirectory({ runtime }: BundleRelease): string | undefined {
  return runtime && `${runtime.root}/${runtime.digest}`;
}

/** Effects of a release's runtime on its units. */
export function appRuntime({ release, python }: AppRuntimeFacts): AppRuntime {
  const directory = runtimeDirectory(release);
  const current = `${release.root}/current`;
  return {
    ...(directory === undefined ? {} : { bin: `${directory}/${binOfNode}`, needed: directory }),
    variables:
      python === undefined
        ? {}
        : {
            PYTHONPATH: python === "." ? current : `${current}/${python}`,
            // The release is read-only, and output must reach the journal at once.
            PYTHONDONTWRITEBYTECODE: "1",
            PYTHONUNBUFFERED: "1",
          },
  };
}
