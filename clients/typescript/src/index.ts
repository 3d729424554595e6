export { type ClientOptions, type FreshAccounts, ReconnectClient, type Sought } from "./client.js";
export {
  ConflictError,
  GoneError,
  InvalidRequestError,
  NotAllowedError,
  NotFoundError,
  ProblemError,
  ReconnectError,
  RefreshEndedError,
  ThrottledError,
  UnavailableError,
  UnreachableError,
  WaitTimeoutError,
} from "./errors.js";
export { type Credentials, NotConfiguredError } from "./signing.js";
export type * from "./types.js";
