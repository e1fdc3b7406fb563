-- Made by webstack; a change here is undone by the next `pulumi up`. See the stack file.
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
  while not is_there() and missingMs < 5000 do
    core.msleep(25)
  end
end)
