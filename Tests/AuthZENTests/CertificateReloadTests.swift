import AuthZEN
import Glibc
import HTTPService
import TLSListener
import Testing

@Suite("HTTPService, its certificate")
struct CertificateReloadTests {
    private static let body = Array(
        #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#
            .utf8)
    private static let path = "/access/v1/evaluation"

    private static func use(_ name: String, in folder: String) throws {
        for (kind, file) in [("pem", "certificate"), ("key", "secret")] {
            let bytes = try #require(readFile(fixture("\(name).\(kind)")))
            try write(bytes, folder + "/" + file)
        }
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws {
        let file = unsafe fopen(path, "w")
        try #require(unsafe file != nil)
        unsafe fwrite(bytes, 1, bytes.count, file)
        unsafe fclose(file)
    }

    @Test("New connections get the new certificate, open ones stay, a bad one changes nothing")
    func reload() async throws {
        let workplace = try Workplace(scenario: "certification")
        let folder = workplace.directory.path
        try Self.use("server", in: folder)
        let running = try await RunningService(workplace) { listener in
            guard let clients = listener.tls?.clients else { return }
            listener.tls = HTTPTransportSecurity(
                certificatePath: folder + "/certificate", keyPath: folder + "/secret",
                clients: clients)
        }
        let service = running.service
        #expect(service.certificates.map(\.listener) == ["network"])
        let certificate = try #require(service.certificates.first).certificate
        let client = running.network()
        #expect(try await client.post(Self.path, Self.body).status == 200)

        // The stranger's is of an authority that the client does not know.
        let answers = try await client.post(
            Self.path, Self.body,
            after: [
                {},
                {
                    #expect(throws: Never.self) {
                        try Self.use("stranger", in: folder)
                        try certificate.reload()
                    }
                }, {},
            ])
        #expect(answers.map(\.status) == [200, 200, 200])
        await #expect(throws: (any Error).self) { try await client.post(Self.path, Self.body) }

        try Self.use("server", in: folder)
        try certificate.reload()
        #expect(try await client.post(Self.path, Self.body).status == 200)
        let good = try #require(readFile(fixture("server.key")))
        let others = try #require(readFile(fixture("stranger.key")))
        for bad in [[], Array("no key".utf8), others] {
            try Self.write(bad, folder + "/secret")
            #expect(throws: (any Error).self) { try certificate.reload() }
            #expect(try await client.post(Self.path, Self.body).status == 200)
        }
        try Self.write(good, folder + "/secret")
        for bad in [[], Array("no certificate".utf8)] {
            try Self.write(bad, folder + "/certificate")
            #expect(throws: (any Error).self) { try certificate.reload() }
            #expect(try await client.post(Self.path, Self.body).status == 200)
        }
        await running.stop()
    }
}
