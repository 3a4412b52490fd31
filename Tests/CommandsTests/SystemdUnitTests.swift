import Foundation
import Testing

/// The units of `Policies/open-banking/gateways/systemd`, judged by systemd itself.
@Suite("systemd units")
struct SystemdUnitTests {
    private static let units = [
        "writ.service", "writ.socket", "writ-envoy.socket", "writ-spoe.socket",
        "writ-http@.socket", "writ-keys@.service", "writ-keys@.timer",
    ]

    /// The units in a folder of their own, with programs that are here.
    private static func copies() throws -> Workplace {
        let workplace = try Workplace()
        let folder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Policies/open-banking/gateways/systemd")
        for unit in units {
            let text = try String(contentsOf: folder.appending(path: unit), encoding: .utf8)
            try workplace.write(
                unit,
                text.replacingOccurrences(of: "/usr/bin/writ ", with: "/bin/true ")
                    .replacingOccurrences(of: "/usr/bin/curl ", with: "/bin/true "))
        }
        return workplace
    }

    private static func analyze(
        _ arguments: [String], in workplace: Workplace
    ) throws -> (status: Int32?, text: String)? {
        let program = "/usr/bin/systemd-analyze"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            print("skipped: there is no \(program), of the package systemd")
            return nil
        }
        let process = try ChildProcess(
            program, arguments, directory: workplace.path, output: workplace.path("out"),
            errors: workplace.path("err"))
        let status = process.waitForEnd(seconds: 30)
        return (status, workplace.text("out") + workplace.text("err"))
    }

    @Test("systemd finds nothing wrong with them")
    func verify() throws {
        let workplace = try Self.copies()
        guard let run = try Self.analyze(["verify"] + Self.units.map { "./" + $0 }, in: workplace)
        else { return }
        #expect(run.status == 0)
        for unit in Self.units { #expect(!run.text.contains(unit), "\(run.text)") }
    }

    @Test(
        "They expose no more than the README says",
        arguments: [("writ.service", 10), ("writ-keys@.service", 12)])
    func security(_ unit: String, _ threshold: Int) throws {
        let workplace = try Self.copies()
        guard
            let run = try Self.analyze(
                ["security", "--offline=yes", "--threshold=\(threshold)", "./" + unit],
                in: workplace)
        else { return }
        #expect(run.status == 0, "\(run.text)")
    }
}
