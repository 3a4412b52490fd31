import CedarEngine
import CedarSyntax
import EntityStore
import Synchronization

/// Establishes who asks and what is known of the situation, for one thread.
struct Establisher: ~Copyable {
    let settings: IdentitySettings
    private var judge: IdentityJudge
    private var record: VerifiedRecord
    private var certificateDevices: DeviceMemory<JudgedCertificate>
    private var tokenDevices: DeviceMemory<JudgedToken>
    /// Kept until the next question, as the views that it gave look at them.
    private var finding = IdentityJudge.Finding()
    /// The device of the last question's identities.
    private(set) var device: FlatEntity?
    /// The principal of the last question.
    var chosenPrincipal: FlatEntity?
    /// Whether that follows from an identity of the last question, rather than from its caller's word.
    private(set) var isPrincipalDerived = false

    /// Never used. What holds an atomic is read where it lies; without one, the compiler copies the
    /// whole to the stack for every property that is read.
    private let anchor = Atomic<Bool>(false)

    /// The certificate of the last question, verified.
    var certificate: JudgedCertificate? { finding.certificate }
    /// The token of the last question, verified.
    var token: JudgedToken? { finding.token }

    /// What is established: the views are readable until the next question.
    struct Established {
        let principal: FlatEntity
        let context: FlatRecord
    }

    init(_ settings: IdentitySettings) {
        self.settings = settings
        judge = IdentityJudge(settings)
        certificateDevices = DeviceMemory(capacity: 1024)
        tokenDevices = DeviceMemory(capacity: settings.keys == nil ? 1 : 1024)
        do throws(FlatEncoder.Failure) {
            record = try VerifiedRecord(named: settings.verifiedName)
        } catch {
            preconditionFailure("the name of the verified member is within all bounds")
        }
    }

    /// Judges the evidence and begins the record `verified`.
    ///
    /// - Parameters:
    ///   - named: the principal that the caller names, if any.
    ///   - now: the instant that all is judged at, in milliseconds since 1970.
    /// - Returns: the principal.
    mutating func principal(
        _ evidence: Evidence, _ listener: borrowing ListenerFacts, named: FlatEntity?,
        at now: Int64
    ) throws(EvidenceRejection) -> FlatEntity {
        begin(listener, at: now)
        if named != nil, !listener.mayNamePrincipal { throw .mayNotName }
        if evidence.isEmpty {
            if listener.requiresEvidence { throw .missing }
            guard let named else { throw .principalMissing }
            return named
        }
        guard listener.mayAttachEvidence else { throw .notAGateway }
        if listener.requiresEvidence, !evidence.hasIdentity { throw .missing }
        guard settings.limits.admit(evidence) else { throw .tooLarge }
        finding = try judge.judge(evidence, at: now)
        // Never bound to a name, here and below: that would count references.
        if let tls = finding.certificate?.record.flat { record.set(.tls, tls) }
        if let token = finding.token?.record.flat { record.set(.token, token) }
        try setFacts(evidence)
        return try chosen(named, evidence)
    }

    /// Begins the record `verified` for a question without a principal, of which only the situation can
    /// be known.
    mutating func situation(
        _ evidence: Evidence, _ listener: borrowing ListenerFacts, at now: Int64
    ) throws(EvidenceRejection) {
        begin(listener, at: now)
        guard !listener.requiresEvidence else { throw .missing }
        if evidence.isEmpty { return }
        guard listener.mayAttachEvidence else { throw .notAGateway }
        guard settings.limits.admit(evidence) else { throw .tooLarge }
        guard !evidence.hasIdentity, evidence.deviceID.isEmpty else { throw .principalConflict }
        try setFacts(evidence)
    }

    private mutating func begin(_ listener: borrowing ListenerFacts, at now: Int64) {
        // So that a question without evidence gets nothing of the one before.
        finding = IdentityJudge.Finding()
        device = nil
        isPrincipalDerived = false
        record.begin(now: now)
        record.set(.gateway, listener.gateway.flat)
    }

    /// The principal among the one named and those that the identities lead to.
    private mutating func chosen(
        _ named: FlatEntity?, _ evidence: Evidence
    ) throws(EvidenceRejection) -> FlatEntity {
        let isOfToken: Bool
        if finding.certificate != nil, finding.token != nil {
            switch settings.principals.precedence {
            case .token: isOfToken = true
            case .certificate: isOfToken = false
            case .neither: throw .twoIdentities
            }
        } else {
            isOfToken = finding.token != nil
        }
        // Never the other one's instead: who presents both is not asking for less.
        let principal = isOfToken ? finding.token?.principal : finding.certificate?.principal
        guard let derived = principal else {
            // Who may name anybody may do so for a client that no rule knows.
            if let named { return named }
            throw evidence.hasIdentity ? .principalUnmapped : .principalMissing
        }
        if let named, !named.equals(derived) { throw .principalConflict }
        isPrincipalDerived = true
        return derived
    }

    /// Lays out what a gateway knows beside identities.
    private mutating func setFacts(_ evidence: Evidence) throws(EvidenceRejection) {
        if !evidence.sourceIP.isEmpty {
            // A network is no source.
            guard let address = evidence.sourceIP.withBytes({ IPAddress(parsing: $0) }),
                address.prefix == (address.isIPv6 ? 128 : 32)
            else { throw .badSourceIP }
            record.set(sourceIP: address)
        }
        if let http = evidence.httpRecord {
            record.set(.http, http.flat)
        } else if !evidence.http.isEmpty {
            guard let start = unsafe evidence.http.bytes.baseAddress else { throw .badHTTP }
            let flat = unsafe FlatBytes(start)
            do throws(FlatValidator.Failure) {
                // It will stand in two records more.
                try FlatValidator.validate(
                    flat, count: evidence.http.count, as: .record, depth: 2)
            } catch {
                throw .badHTTP
            }
            record.set(.http, flat)
        }
    }

    /// Finds the device of the identities in evidence, which ``principal(_:_:named:)`` judged.
    ///
    /// - Returns: whether the store could tell.
    mutating func findDevice<Finder: DeviceFinder & ~Copyable>(
        _ evidence: Evidence, in finder: borrowing Finder
    ) throws(EvidenceRejection) -> Bool {
        var found: FlatEntity?
        if finding.certificate?.deviceKeys.isEmpty == false,
            let owner = finding.certificate.map({ ObjectIdentifier($0) })
        {
            switch certificateDevices.recall(owner, in: finder.snapshotID) {
            case .device(let device): found = device
            case .absent: break
            case nil: guard try findByCertificate(in: finder, &found) else { return false }
            }
        }
        if let token = finding.token, let key = token.deviceKey {
            guard try find(token, key, in: finder, &found) else { return false }
        }
        if !evidence.deviceID.isEmpty, let device = found {
            let isSame = evidence.deviceID.withBytes { device.hasID($0) }
            guard isSame else { throw .deviceConflict }
        }
        if let found { record.set(.device, found.flat) }
        device = found
        return true
    }

    /// Finds the device of the certificate by its keys, and remembers it.
    ///
    /// - Returns: whether the store could tell.
    private mutating func findByCertificate<Finder: DeviceFinder & ~Copyable>(
        in finder: borrowing Finder, _ found: inout FlatEntity?
    ) throws(EvidenceRejection) -> Bool {
        guard let certificate = finding.certificate else { return true }
        for index in certificate.deviceKeys.indices {
            guard try Self.find(certificate.deviceKeys[index], in: finder, &found) else {
                return false
            }
        }
        certificateDevices.remember(found, of: certificate, in: finder.snapshotID)
        return true
    }

    /// Finds the device of a token, which must be that of the certificate.
    ///
    /// - Returns: whether the store could tell.
    private mutating func find<Finder: DeviceFinder & ~Copyable>(
        _ token: JudgedToken, _ key: DeviceIdentity, in finder: borrowing Finder,
        _ found: inout FlatEntity?
    ) throws(EvidenceRejection) -> Bool {
        var own: FlatEntity?
        switch tokenDevices.recall(ObjectIdentifier(token), in: finder.snapshotID) {
        case .device(let device): own = device
        case .absent: break
        case nil:
            guard try Self.find(key, in: finder, &own) else { return false }
            tokenDevices.remember(own, of: token, in: finder.snapshotID)
        }
        guard let own else { return true }
        if let found, !found.equals(own) { throw .deviceConflict }
        found = own
        return true
    }

    /// Finds the device of one key, which must be that of the keys before.
    ///
    /// - Returns: whether the store could tell.
    private static func find<Finder: DeviceFinder & ~Copyable>(
        _ key: DeviceIdentity, in finder: borrowing Finder, _ found: inout FlatEntity?
    ) throws(EvidenceRejection) -> Bool {
        switch finder.device(by: key) {
        case .absent: return true
        case .failed: return false
        case .found(let device):
            if let found, !found.equals(device) { throw .deviceConflict }
            found = device
            return true
        }
    }

    /// The context with what was established.
    mutating func context(_ context: FlatRecord) -> RecordAssembler.Insertion {
        record.insert(into: context)
    }
}
