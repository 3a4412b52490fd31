import ArgumentParser
import CedarSyntax
import EntityStore
import Posture

/// `writ posture`: what is known of devices.
struct PostureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posture",
        abstract: "Take in reports about devices, bind devices to certificates, show the fleet.",
        discussion: """
            Devices are entities. Reports set their attributes: osName, osVersion,
            lastPatched, diskEncrypted, firewall, screenLock, edrRunning, edrScore,
            jailbroken, secureHardware, managed, compliant, lastSeen. What is not known is
            absent, never false. `collectedAt` says when each was collected and `expiresAt`
            until when it counts; after that, decisions do not see it. An older report
            never undoes a newer one.

            A request's device is found by its certificate or token, if the device is bound
            to it.

            Exit codes: 0 done, 1 refused or failure.

            Examples:
              writ posture bind --store /var/lib/writ laptop-7 --certificate laptop.pem
              writ posture ingest --store /var/lib/writ --format fleet hosts.json
              writ posture report --store /var/lib/writ --failing
            """,
        subcommands: [
            PostureIngestCommand.self, PostureBindCommand.self, PostureReportCommand.self,
        ])
}

/// Which entities are devices.
struct DeviceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The entity type of devices.", valueName: "type"))
    var type = "Device"
}

/// `writ posture bind`: which keys lead to a device.
struct PostureBindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bind",
        abstract: "Bind a device to its certificate or to ids in certificates and tokens.",
        discussion: """
            A key leads to one device: binding one that another device has is refused.

            Exit codes: 0 bound, 1 refused; then nothing has changed.

            Examples:
              writ posture bind --store /var/lib/writ laptop-7 --certificate laptop.pem
              writ posture bind --store data laptop-7 --certificate-id urn:device:7
              writ posture bind --store /var/lib/writ laptop-7 --thumbprint 0a1b… --remove
            """)

    @OptionGroup var location: StoreLocation
    @OptionGroup var devices: DeviceOptions

    @Argument(help: ArgumentHelp("The device's id.", valueName: "device"))
    var device: String

    @Option(help: ArgumentHelp("A file with a certificate, leaf first.", valueName: "file"))
    var certificate: [String] = []

    @Option(help: ArgumentHelp("SHA-256 of a certificate, in hexadecimal.", valueName: "digits"))
    var thumbprint: [String] = []

    @Option(help: ArgumentHelp("A device id that certificates carry.", valueName: "id"))
    var certificateID: [String] = []

    @Option(help: ArgumentHelp("A device id that tokens carry.", valueName: "id"))
    var tokenID: [String] = []

    @Flag(help: "Take the keys away instead.")
    var remove = false

    func validate() throws {
        if certificate.isEmpty, thumbprint.isEmpty, certificateID.isEmpty, tokenID.isEmpty {
            throw ValidationError(
                "--certificate, --thumbprint, --certificate-id or --token-id is needed")
        }
    }

    func run() async throws {
        let thumbprints = try thumbprint + certificate.map { try EvidenceOptions.thumbprint($0) }
        var keys: [PostureBinding] = thumbprints.map { text in
            let digits = text.lowercased().filter { $0 != ":" }
            return PostureBinding(member: "certificateThumbprints", key: Text(digits))
        }
        keys += certificateID.map {
            PostureBinding(member: "certificateDeviceIds", key: Text($0))
        }
        keys += tokenID.map { PostureBinding(member: "tokenDeviceIds", key: Text($0)) }
        let uid = EntityUID(type: Text(devices.type), id: Text(device))
        let (bindings, isRemoval) = (keys, remove)
        let store = try location.open()
        let revision = try failing { () throws(StoreError) -> UInt64 in
            let writer = try GroupWriter(store)
            defer { writer.close() }
            return try writer.write(
                .update(uid) { (entity) throws(StoreError) in
                    guard let entity else {
                        throw StoreError(
                            .notFound, "bind a device", "there is no `\(uid)` in the store")
                    }
                    if isRemoval { return PostureMerge.unbound(bindings, from: entity) }
                    return PostureMerge().applied(
                        PostureReport(device: uid.id, bindings: bindings), to: entity)
                })
        }
        printLine("revision \(revision)")
    }
}
