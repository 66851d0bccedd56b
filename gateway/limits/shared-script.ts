/**
 * The counters of several gateways, as one atomic script: the same sums as in memory, by the clock of the Redis server. What
 * is under way stands by gateway, and counts for nothing when that gateway has not been heard of for a while: one that was
 * killed gives its slots back by itself.
 *
 * ARGV[1] is JSON: `op` (`take`, `look`, `settle`, `undo`, `restate`, `beat`), `gateway`, `home`, and what the operation is about.
 */
export const SHARED_SCRIPT = `
local input = cjson.decode(ARGV[1])
local p = KEYS[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local BUCKET, BUCKETS, TTL = 1000, 61, 70
local ALIVE_MS = 15000
local bucket = math.floor(now / BUCKET)
redis.call('SET', p .. 'alive:' .. input.gateway, '1', 'PX', ALIVE_MS)

local function window(key)
  local all = redis.call('HGETALL', key)
  local sum, newest, kept = 0, 0, {}
  for i = 1, #all, 2 do
    local at, amount = tonumber(all[i]), tonumber(all[i + 1])
    if at <= bucket - BUCKETS then redis.call('HDEL', key, all[i])
    elseif amount ~= 0 then
      sum = sum + amount
      if at > newest then newest = at end
      kept[#kept + 1] = { at, amount }
    end
  end
  table.sort(kept, function(a, b) return a[1] < b[1] end)
  return sum, newest, kept
end

local function resetMs(sum, newest)
  if sum == 0 then return 0 end
  return (newest + BUCKETS) * BUCKET - now
end

local function waitMs(sum, kept, most)
  if most < 0 then return -1 end
  if sum <= most then return 0 end
  for _, one in ipairs(kept) do
    sum = sum - one[2]
    if sum <= most then return (one[1] + BUCKETS) * BUCKET - now end
  end
  return -1
end

local function underWay(key)
  local all = redis.call('HGETALL', key)
  local sum = 0
  for i = 1, #all, 2 do
    if redis.call('EXISTS', p .. 'alive:' .. all[i]) == 0 then redis.call('HDEL', key, all[i])
    else sum = sum + tonumber(all[i + 1]) end
  end
  return sum
end

local function add(key, field, amount)
  if amount == 0 then return end
  redis.call('HINCRBY', key, field, amount)
  redis.call('EXPIRE', key, TTL)
end

local function hold(key, amount)
  if amount == 0 then return end
  if redis.call('HINCRBY', key, input.gateway, amount) <= 0 then redis.call('HDEL', key, input.gateway) end
end

local function spent(key, own)
  redis.call('HSET', key, input.home, own)
  redis.call('EXPIRE', key, 86400 * 40)
  local sum = 0
  for _, amount in ipairs(redis.call('HVALS', key)) do sum = sum + tonumber(amount) end
  return sum
end

if input.op == 'beat' then return '{}' end

if input.op == 'restate' then
  for _, s in ipairs(input.subjects) do
    local k = p .. s.key
    redis.call('HSET', k .. ':active', input.gateway, s.active)
    redis.call('HSET', k .. ':held', input.gateway, s.heldTokens)
    redis.call('HSET', k .. ':money', input.gateway, s.heldNanos)
  end
  return '{}'
end

if input.op == 'settle' or input.op == 'undo' then
  for _, s in ipairs(input.subjects) do
    local k = p .. s.key
    hold(k .. ':active', -1)
    hold(k .. ':held', -input.tokens)
    hold(k .. ':money', -input.nanos)
    if input.op == 'undo' then
      if input.bucket > bucket - BUCKETS then add(k .. ':requests', input.bucket, -1) end
    else
      add(k .. ':tokens', bucket, input.used)
    end
    for name, own in pairs(s.spent or {}) do spent(k .. ':spent:' .. name, own) end
  end
  return '{}'
end

local found, fits = {}, true
for i, s in ipairs(input.subjects) do
  local k = p .. s.key
  local f = {}
  local limits = s.limits
  if limits.rpm then
    local sum, newest, kept = window(k .. ':requests')
    f.rpm = { used = sum, resetMs = resetMs(sum, newest), waitMs = waitMs(sum, kept, limits.rpm - 1) }
    if sum + 1 > limits.rpm then fits = false end
  end
  if limits.tpm then
    local sum, newest, kept = window(k .. ':tokens')
    local held = underWay(k .. ':held')
    f.tpm = { used = sum, held = held, resetMs = resetMs(sum, newest), waitMs = waitMs(sum, kept, limits.tpm - held - input.tokens) }
    if sum + held + input.tokens > limits.tpm then fits = false end
  end
  if limits.concurrency then
    f.concurrency = { used = underWay(k .. ':active') }
    if f.concurrency.used + 1 > limits.concurrency then fits = false end
  end
  for name, budget in pairs(s.budgets or {}) do
    local used, held = spent(k .. ':spent:' .. budget.period, budget.own), underWay(k .. ':money')
    f[name] = { used = used, held = held }
    if used + held >= budget.nanos then fits = false end
  end
  found[i] = f
end
if fits and input.op == 'take' then
  for _, s in ipairs(input.subjects) do
    local k = p .. s.key
    add(k .. ':requests', bucket, 1)
    hold(k .. ':active', 1)
    hold(k .. ':held', input.tokens)
    hold(k .. ':money', input.nanos)
  end
end
return cjson.encode({ fits = fits, bucket = bucket, found = found })
`;
