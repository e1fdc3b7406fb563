import { generatedNotice, text } from "../text";

/** Path of the program for HAProxy. */
export const waitPath = "/etc/haproxy/webstack-wait.lua";

/**
 * Longest wait of a new session for a primary, seconds; counted from the loss of the last one. A planned switch with an
 * open transaction takes up to 3.4 s.
 */
export const longestWaitSeconds = 5;

/**
 * Renders the action `wait-for-primary`: a new session waits while no server of backend `primary` takes sessions.
 * HAProxy has no directive for that: it refuses a session at once if no server is up, and queues only for a server that
 * is up and has no free slot. During a longer outage sessions are refused at once, so that an app can answer.
 *
 * https://www.arpalert.org/src/haproxy-lua-api/3.2/index.html
 */
export function waitLua(): string {
  return text`
    ${generatedNotice.replace(/^#/, "--")}
    local missingMs = 0

    local function is_there()
      return core.backends.primary:get_srv_act() > 0
    end

    core.register_task(function()
      while true do
        missingMs = is_there() and 0 or missingMs + 100
        core.msleep(100)
      end
    end)

    core.register_action("wait-for-primary", { "tcp-req" }, function()
      while not is_there() and missingMs < ${longestWaitSeconds * 1_000} do
        core.msleep(25)
      end
    end)
  `;
}
