export { waitUntil, type WaitOptions } from "../../rolling/wait-until";
