-- Asks Writ about a request: sets txn.writ_status and, when it is exactly 200, txn.writ_allow.
--
-- Only the fields below reach Writ, so nothing that the client sends can stand for one of them.
local writ = "unix@run/forward-auth-haproxy.sock"

-- What routes and policies read of the client's own fields: all copies, so that Writ sees two.
local passed = { "authorization", "x-consent-id", "x-purpose", "x-ticket" }

-- What the service and the client are told, by the variable that carries it.
local told = {
  writ_principal = "x-principal",
  writ_principal_type = "x-principal-type",
  writ_device = "x-device",
  writ_decision = "x-decision-id",
  writ_obligations = "writ-obligations",
  writ_challenge = "www-authenticate",
}

core.register_action("writ", { "http-req" }, function(txn)
  local f = txn.f
  txn:set_var("txn.writ_status", 0)
  txn:set_var("txn.writ_allow", false)
  local own = txn.http:req_get_headers()
  local function all(name)
    local values = {}
    if own[name] then
      for index = 0, #own[name] do values[#values + 1] = own[name][index] end
    end
    return values
  end
  local headers = {
    ["x-forwarded-method"] = { f:method() },
    ["x-forwarded-uri"] = { f:pathq() },
    ["x-forwarded-host"] = all("host"),
    ["x-forwarded-for"] = { f:src() },
    ["x-forwarded-proto"] = { f:ssl_fc() == 1 and "https" or "http" },
    ["x-client-cert-der"] = { txn.c:base64(f:ssl_c_der()) },
    -- Writ decides nothing that is older than its deadline, half of what HAProxy waits.
    ["x-request-start"] = { tostring(f:date(0, "ms")) },
  }
  for _, name in ipairs(passed) do
    local values = all(name)
    if #values > 0 then headers[name] = values end
  end
  local ok, reply = pcall(function()
    return core.httpclient():get {
      url = "http://writ/forward-auth", dst = writ, headers = headers, timeout = 1000
    }
  end)
  local status = ok and reply and reply.status
  -- Writ says nothing else: HAProxy answers itself, with a status of its own, when Writ does not.
  if status ~= 200 and status ~= 401 and status ~= 403 then return end
  txn:set_var("txn.writ_status", status)
  for variable, name in pairs(told) do
    local values = reply.headers and reply.headers[name]
    local value = values and values[0] or ""
    if value ~= "" then txn:set_var("txn." .. variable, value) end
  end
  if status == 200 then txn:set_var("txn.writ_allow", true) end
end, 0)
