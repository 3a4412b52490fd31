import Foundation
import Synchronization
import Testing

@testable import Identity

/// The certificates of `Minting/mint.sh`, made once for a test run with the `openssl` command.
final class Mint: Sendable {
    /// Whether there is an `openssl` command to make them with.
    static let isAvailable: Bool = run("openssl", ["version"]).status == 0

    static let shared = Result { try Mint() }

    let directory: String

    private init() throws {
        var template = Array("/tmp/identity-tests-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer {
            unsafe mkdtemp($0.baseAddress!) != nil
        }
        try #require(made)
        directory = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let script =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Minting/mint.sh"
        let minted = Self.run("bash", [script, directory])
        try #require(minted.status == 0, "\(minted.output)")
        Self.removeAtExit(directory)
    }

    private static func removeAtExit(_ directory: String) {
        directoryToRemove.withLock { $0 = directory }
        atexit {
            let directory = directoryToRemove.withLock { $0 }
            try? FileManager.default.removeItem(atPath: directory)
        }
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// The certificates of PEM files, in order.
    func certificates(_ names: String..., limits: IdentityLimits = .unbounded) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        for name in names {
            let text = try bytes(name)
            if text.isEmpty { continue }
            var chain = EncodedChain(limits: limits)
            try chain.parse(pem: text.span)
            found += (0..<chain.count).map { chain.certificate($0) }
        }
        return found
    }

    /// A leaf and what lies between it and its authority.
    func chain(_ leaf: String, limits: IdentityLimits = .unbounded) throws -> EncodedChain {
        try EncodedChain(
            der: certificates("\(leaf).pem", "\(leaf).chain.pem"), limits: limits)
    }

    /// Revocation lists of PEM files.
    func lists(_ names: [String]) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        for name in names {
            var lists = EncodedChain(limits: .unbounded)
            let text = try bytes(name)
            try lists.append(pemFile: text.span, of: .revocationList)
            found += (0..<lists.count).map { lists.certificate($0) }
        }
        return found
    }

    func bundle(_ roots: [String], lists names: [String] = []) throws -> TrustBundle {
        TrustBundle(
            authorities: try roots.flatMap { try certificates("\($0).pem") },
            revocationLists: try lists(names))
    }

    /// Runs a program to its end.
    static func run(
        _ program: String, _ arguments: [String]
    ) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch { return (127, "\(error)") }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

/// What is removed when the process ends.
private let directoryToRemove = Mutex("")

extension IdentityLimits {
    /// Far above what the tests make, so that a limit under test is the only one that acts.
    static let unbounded = IdentityLimits(maximumChainBytes: 16 << 20, maximumCertificates: 100)
}

let day: Int64 = 86_400

/// Seconds since 1970.
func now() -> Int64 { Int64(time(nil)) }

extension Verdict {
    /// The stable code, or `verified`.
    var word: String {
        switch self {
        case .verified: "verified"
        case .rejected(let rejection): "\(rejection.code)"
        }
    }

    var certificate: VerifiedCertificate? {
        if case .verified(let certificate) = self { certificate } else { nil }
    }
}

let prod = TrustDomain("prod.example.org")!
let staging = TrustDomain("staging.example.org")!
let other = TrustDomain("other.example.org")!
