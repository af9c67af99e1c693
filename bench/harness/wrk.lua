-- wrk's part of a scenario. Arguments: pipeline, method, body file ("" for none), then header names and values in turn.
function init(args)
  local depth = tonumber(args[1])
  wrk.method = args[2]
  if args[3] ~= "" then
    local file = assert(io.open(args[3], "rb"))
    wrk.body = file:read("*a")
    file:close()
  end
  for i = 4, #args, 2 do
    wrk.headers[args[i]] = args[i + 1]
  end
  -- A global `request` makes wrk ask Lua every time, so only where it is needed.
  if depth > 1 then
    local bytes = string.rep(wrk.format(), depth)
    request = function() return bytes end
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"statusErrors":%d,"socketErrors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.status, e.connect + e.read + e.write + e.timeout))
end
