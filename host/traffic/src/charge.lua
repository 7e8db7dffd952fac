-- Charges several buckets at once, or none: GCRA by the server's clock.
-- KEYS: one for each bucket. ARGV: the cost, then the interval and the largest debt of each bucket, in microseconds.
-- Gives for each: 1 or 0 for room or none, the debt, the wait. Debts and prices are as in `Rate::charge`.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local cost = tonumber(ARGV[1])
local all = true
local room, before, after, wait = {}, {}, {}, {}
for i, key in ipairs(KEYS) do
  local interval, most = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local whole = tonumber(redis.call('GET', key) or '0') or 0
  before[i] = math.min(math.max(whole - now, 0), most)
  after[i] = before[i] + math.min(interval * cost, most)
  wait[i] = math.max(after[i] - most, 0)
  room[i] = wait[i] == 0
  all = all and room[i]
end
local told = {}
for i, key in ipairs(KEYS) do
  if all and after[i] > 0 then
    -- Whole numbers below 2^53, written without an exponent; a bucket that is whole again is gone by itself.
    redis.call('SET', key, string.format('%.0f', now + after[i]), 'PX', math.ceil(after[i] / 1000))
  end
  told[#told + 1] = room[i] and 1 or 0
  told[#told + 1] = all and after[i] or before[i]
  told[#told + 1] = wait[i]
end
return told
