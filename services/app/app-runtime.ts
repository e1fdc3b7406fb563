import type { BundleRelease } from "../bundle";

/** What is known of a release's runtime where its units are rendered. */
export interface AppRuntimeFacts {
  /** The app's release. */
  release: BundleRelease;
  /** Directory of the release with packages of Python; `.` is the release itself. @default none */
  python?: string | undefined;
}

/** What a runtime means for the units of an app. */
export interface AppRuntime {
  /** Directory with its programs, which come before all others. @default none of its own */
  bin?: string;
  /** Directory that must be there before anything of the release starts. @default none */
  needed?: string;
  /** Variables, of which the app's own take precedence. */
  variables: Readonly<Record<string, string>>;
}

/** Where Node.js is in what npm has of it. */
const binOfNode = "package/bin";

/** The directory of a release's own runtime, such as `/srv/runtime/<digest>`; undefined if it has none. */
export function runtimeDirectory({ runtime }: BundleRelease): string | undefined {
  return runtime && `${runtime.root}/${runtime.digest}`;
}

/** What the runtime of a release means for its units. */
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
            // The release cannot be written to, and what is printed is to be in the journal at once.
            PYTHONDONTWRITEBYTECODE: "1",
            PYTHONUNBUFFERED: "1",
          },
  };
}
