-- Asks Writ about a request: sets txn.writ_status and, when it is exactly 200, txn.writ_allow.
--
-- Only the fields below reach Writ, so nothing that the client sends can stand for one of them.
local writ = "http://127.0.0.1:8182/forward-auth"

core.register_action("writ", { "http-req" }, function(txn)
  local f = txn.f
  txn:set_var("txn.writ_status", 0)
  txn:set_var("txn.writ_allow", false)
  local headers = {
    ["x-forwarded-method"] = { f:method() },
    ["x-forwarded-uri"] = { f:pathq() },
    ["x-forwarded-host"] = { f:req_hdr("host") },
    ["x-forwarded-for"] = { f:src() },
    ["x-forwarded-proto"] = { f:ssl_fc() == 1 and "https" or "http" },
    ["x-client-cert-der"] = { txn.c:base64(f:ssl_c_der()) },
  }
  for _, name in ipairs({ "authorization", "x-consent-id", "x-purpose", "x-ticket" }) do
    local value = f:req_hdr(name)
    if value and value ~= "" then headers[name] = { value } end
  end
  local ok, reply = pcall(function()
    return core.httpclient():get { url = writ, headers = headers, timeout = 250 }
  end)
  if not ok or not reply or not reply.status then return end
  txn:set_var("txn.writ_status", reply.status)
  if reply.status ~= 200 then return end
  local function field(name)
    local values = reply.headers and reply.headers[name]
    return values and values[0] or ""
  end
  txn:set_var("txn.writ_user", field("x-user"))
  txn:set_var("txn.writ_decision", field("x-decision-id"))
  txn:set_var("txn.writ_allow", true)
end, 0)
