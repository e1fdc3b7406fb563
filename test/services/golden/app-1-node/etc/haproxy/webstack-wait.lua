-- Made by webstack; a change here is undone by the next `pulumi up`. See the stack file.
local longestMs = 5000

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
