import { generatedNotice, text } from "../text";

/** Path of the program for HAProxy. */
export const waitPath = "/etc/haproxy/webstack-wait.lua";

/**
 * Longest wait of a new session for a primary, seconds; counted from the loss of the last one. A planned switch with an
 * open transaction takes up to 3.4 s.
 */
export const longestWaitSeconds = 5;

/**
 * Renders the actions `wait-for-primary` and `wait-for-reader`: a new session waits while no server takes sessions that
 * write, or that read. HAProxy has no directive for that: it refuses a session at once if no server is up, and queues
 * only for a server that is up and has no free slot. No server is up until the first checks after a start, and while
 * the primary changes. During a longer outage sessions are refused at once, so that an app can answer.
 *
 * https://www.arpalert.org/src/haproxy-lua-api/3.2/index.html
 */
export function waitLua(): string {
  return text`
    ${generatedNotice.replace(/^#/, "--")}
    local longestMs = ${longestWaitSeconds * 1_000}

    local function serves(backend)
      return core.backends[backend]:get_srv_act() > 0
    end

    local is_there = {
      primary = function() return serves("primary") end,
      reader = function() return serves("replicas") or serves("primary") end,
    }
    local missingMs = { primary = 0, reader = 0 }

    core.register_task(function()
      while true do
        for who, is in pairs(is_there) do
          missingMs[who] = is() and 0 or missingMs[who] + 100
        end
        core.msleep(100)
      end
    end)

    for who, is in pairs(is_there) do
      core.register_action("wait-for-" .. who, { "tcp-req" }, function()
        while not is() and missingMs[who] < longestMs do
          core.msleep(25)
        end
      end)
    end
  `;
}
