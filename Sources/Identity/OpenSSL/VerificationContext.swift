import COpenSSL

/// One verification after another with libcrypto, each from a clean state.
///
/// Owned by one thread at a time.
@safe
struct VerificationContext: ~Copyable {
    private let context: OpaquePointer?

    init() { unsafe context = X509_STORE_CTX_new() }

    deinit { unsafe X509_STORE_CTX_free(context) }

    /// Verifies the first certificate of a stack against a store, with the others as candidates
    /// for what lies between.
    ///
    /// - Parameter body: run on success, lent the chain that was built, the anchor last.
    /// - Returns: what `body` says, or the rejection.
    func verify<Value>(
        _ certificates: borrowing CertificateStack, _ store: TrustStore, at nowSeconds: Int64,
        _ body: (BuiltChain) -> Result<Value, Rejection>
    ) -> Result<Value, Rejection> {
        guard let context = unsafe context, let leaf = certificates[0],
            unsafe X509_STORE_CTX_init(
                context, store.pointer, leaf.pointer, certificates.pointer) == 1
        else {
            ERR_clear_error()
            return .failure(Rejection(.internalError))
        }
        defer {
            unsafe X509_STORE_CTX_cleanup(context)
            ERR_clear_error()
        }
        guard let parameters = unsafe X509_STORE_CTX_get0_param(context),
            unsafe Self.set(parameters, store.options, nowSeconds)
        else { return .failure(Rejection(.internalError)) }
        // The grace is read by the callback for as long as the verification runs.
        var grace = Grace(seconds: store.options.expiredListGraceSeconds, nowSeconds: nowSeconds)
        return unsafe withUnsafeMutablePointer(to: &grace) { grace in
            if unsafe grace.pointee.seconds > 0 {
                guard unsafe X509_STORE_CTX_set_ex_data(context, 0, grace) == 1 else {
                    return .failure(Rejection(.internalError))
                }
                unsafe X509_STORE_CTX_set_verify_cb(context, tolerateOverdueList)
            }
            let result = unsafe X509_verify_cert(context)
            let code = unsafe X509_STORE_CTX_get_error(context)
            guard result == 1 else {
                let place = unsafe Int(X509_STORE_CTX_get_error_depth(context))
                let reason = RejectionReason(libraryCode: result < 0 ? -1 : code)
                return .failure(Rejection(reason, certificate: place, libraryCode: code))
            }
            guard let chain = unsafe X509_STORE_CTX_get0_chain(context) else {
                return .failure(Rejection(.internalError))
            }
            return body(unsafe BuiltChain(pointer: chain))
        }
    }

    /// Sets everything whose default is unsafe; see the article on the rules.
    @unsafe
    private static func set(
        _ parameters: OpaquePointer, _ options: TrustOptions, _ nowSeconds: Int64
    ) -> Bool {
        var flags = UInt(X509_V_FLAG_X509_STRICT)
        switch options.revocation {
        case .none: break
        case .leaf: flags |= UInt(X509_V_FLAG_CRL_CHECK)
        case .chain:
            // CRL_CHECK_ALL alone checks nothing, and with PARTIAL_CHAIN it refuses everything.
            flags |= UInt(X509_V_FLAG_CRL_CHECK)
            if !options.acceptsIntermediateAuthorities {
                flags |= UInt(X509_V_FLAG_CRL_CHECK_ALL)
            }
        }
        if options.acceptsIntermediateAuthorities { flags |= UInt(X509_V_FLAG_PARTIAL_CHAIN) }
        // What these would switch off stays on, whatever a default of the library says.
        let unwanted = UInt(
            X509_V_FLAG_ALLOW_PROXY_CERTS | X509_V_FLAG_NO_CHECK_TIME
                | X509_V_FLAG_IGNORE_CRITICAL)
        unsafe X509_VERIFY_PARAM_set_time(parameters, Int(nowSeconds))
        unsafe X509_VERIFY_PARAM_set_depth(
            parameters, Int32(clamping: options.maximumIntermediates))
        unsafe X509_VERIFY_PARAM_set_auth_level(parameters, 2)
        return unsafe X509_VERIFY_PARAM_clear_flags(parameters, unwanted) == 1
            && X509_VERIFY_PARAM_set_flags(parameters, flags) == 1
            && X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT) == 1
            && X509_VERIFY_PARAM_set_trust(parameters, X509_TRUST_SSL_CLIENT) == 1
    }
}

/// How overdue a revocation list may be.
private struct Grace {
    let seconds: Int64
    let nowSeconds: Int64
}

/// Lets a verification go on past an overdue list within the grace, and past nothing else.
private func tolerateOverdueList(_ result: Int32, _ context: OpaquePointer?) -> Int32 {
    guard result == 0, let context = unsafe context,
        unsafe X509_STORE_CTX_get_error(context) == X509_V_ERR_CRL_HAS_EXPIRED,
        let data = unsafe X509_STORE_CTX_get_ex_data(context, 0),
        let list = unsafe X509_STORE_CTX_get0_current_crl(context),
        let nextUpdate = unsafe Certificate.seconds(X509_CRL_get0_nextUpdate(list))
    else { return result }
    let grace = unsafe data.assumingMemoryBound(to: Grace.self).pointee
    let (end, overflow) = nextUpdate.addingReportingOverflow(grace.seconds)
    if overflow || grace.nowSeconds < end {
        unsafe X509_STORE_CTX_set_error(context, X509_V_OK)
        return 1
    }
    return result
}

/// A chain that libcrypto built and verified, leaf first and anchor last, lent for a closure.
@safe
struct BuiltChain {
    let pointer: OpaquePointer

    var count: Int { Int(unsafe OPENSSL_sk_num(pointer)) }

    subscript(_ index: Int) -> Certificate? {
        guard 0..<count ~= index,
            let element = unsafe OPENSSL_sk_value(pointer, Int32(index))
        else { return nil }
        return unsafe Certificate(pointer: OpaquePointer(element))
    }
}
