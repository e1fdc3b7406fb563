-- Made by webstack; a change here is undone by the next `pulumi up`. See the stack file.
local listPath = "/etc/haproxy/databases.list"
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
  for line in whole:gmatch("[^\n]+") do
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
    core.msleep(1000)
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
