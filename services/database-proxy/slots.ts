import type { Peer } from "../../topology";
import { generatedNotice, text } from "../text";

/** List of the database nodes in use, which the proxy reads while it runs. */
export const databasesListPath = "/etc/haproxy/databases.list";
/** Path of the program for HAProxy that reads the list. */
export const slotsPath = "/etc/haproxy/webstack-databases.lua";

/** Time between two readings of the list, milliseconds. */
const readMs = 1_000;

/** Renders {@link databasesListPath}. */
export function databasesList(databases: readonly Peer[]): string {
  return text`
    ${generatedNotice}
    # Names of the servers of haproxy.cfg that are in use; HAProxy reads the list each second, without a reload.
    ${databases.map(({ name }) => name)}
  `;
}

/**
 * Renders the program that takes the servers of the list into use and the others out of use. A reload for an edit of the
 * list would end the sessions of all servers with the old worker, `hard-stop-after` later.
 *
 * A server comes into use as down, until its first check: `init-state` says so, and before HAProxy 3.1, which takes such
 * a server for one that is up, the program. A server goes out of use once it loses no session by that, or is down.
 *
 * https://www.arpalert.org/src/haproxy-lua-api/3.2/index.html#server-class
 */
export function slotsLua(): string {
  return text`
    ${generatedNotice.replace(/^#/, "--")}
    local listPath = "${databasesListPath}"
    local backends = { "primary", "replicas" }
    local text = nil
    local used = {}
    local leaving = {}

    local function read()
      local file = io.open(listPath)
      local whole = file and file:read("a")
      if file then file:close() end
      return whole
    end

    local function names_in(whole)
      local names = {}
      for line in whole:gmatch("[^\\n]+") do
        if line:match("^[%w-]+$") then names[line] = true end
      end
      return names
    end

    local function status_of(server)
      local stats = server:get_stats()
      return stats.status, stats.scur
    end

    local function enter(server, isStart)
      local before = status_of(server)
      server:set_ready()
      local isTaken = before:match("^MAINT") and status_of(server):match("^UP")
      if isTaken and not isStart then server:check_force_down() end
    end

    -- True once the server is out of use.
    local function leave(backend, server)
      local status, sessions = status_of(server)
      -- A primary that leaves the group stays in use until the others have the role.
      if backend == "primary" and (status:match("^UP") or status:match("^NOLB")) then return false end
      if status:match("^UP") then
        server:set_drain()
        return false
      end
      if status:match("^DRAIN") and sessions > 0 then return false end
      server:set_maint()
      return true
    end

    local function take(whole, isStart)
      local names = names_in(whole)
      -- An empty list is an error of its writer, and no reason to drop all sessions.
      if next(names) == nil then return end
      for _, backend in ipairs(backends) do
        for name, server in pairs(core.backends[backend].servers) do
          local key = backend .. "/" .. name
          if names[name] and not used[key] then
            enter(server, isStart)
            used[key], leaving[key] = true, nil
          elseif not names[name] and used[key] then
            used[key], leaving[key] = nil, { backend, server }
          end
        end
      end
    end

    -- Before the first check and the first session.
    core.register_init(function()
      text = read()
      if not text then error(listPath .. " cannot be read") end
      take(text, true)
    end)

    core.register_task(function()
      while true do
        core.msleep(${readMs})
        local whole = read()
        if whole and whole ~= text then
          text = whole
          take(whole, false)
        end
        for key, slot in pairs(leaving) do
          if leave(slot[1], slot[2]) then leaving[key] = nil end
        end
      end
    end)
  `;
}
