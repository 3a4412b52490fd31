import CedarEngine
import CedarSyntax
import Testing

@testable import DecisionPoint

@Suite struct DeviceMemoryTests {
    private final class Owner: Sendable {}

    private func device(_ id: String) throws -> FlatConstant {
        try FlatConstant(.entity(EntityUID(type: "Device", id: Text(id))))
    }

    private func id(_ finding: DeviceMemory<Owner>.Finding?) -> String? {
        switch finding {
        case nil: nil
        case .absent: "absent"
        case .device(let device): "\(device.uid.id)"
        }
    }

    private func expect(
        _ memory: borrowing DeviceMemory<Owner>, _ owner: Owner, _ snapshot: Int,
        _ expected: String?
    ) {
        let found = id(memory.recall(ObjectIdentifier(owner), in: snapshot))
        #expect(found == expected)
    }

    @Test func knowsNothingOfAnotherSnapshotOrOwner() throws {
        var memory = DeviceMemory<Owner>(capacity: 4)
        let (owner, other) = (Owner(), Owner())
        expect(memory, owner, 1, nil)
        expect(memory, owner, -1, nil)
        let laptop = try device("laptop")
        memory.remember(FlatEntity(laptop.flat), of: owner, in: 1)
        expect(memory, owner, 1, "laptop")
        expect(memory, owner, 2, nil)
        expect(memory, other, 1, nil)
        memory.remember(nil, of: owner, in: 2)
        expect(memory, owner, 2, "absent")
        expect(memory, owner, 1, nil)
    }

    @Test func manyOwnersNeverGetEachOthersDevice() throws {
        var memory = DeviceMemory<Owner>(capacity: 8)
        let owners = (0..<100).map { _ in Owner() }
        var known = 0
        for (number, owner) in owners.enumerated() {
            let own = try device("device-\(number)")
            memory.remember(FlatEntity(own.flat), of: owner, in: 7)
            for (index, owner) in owners.enumerated() {
                guard let found = id(memory.recall(ObjectIdentifier(owner), in: 7)) else {
                    continue
                }
                #expect(found == "device-\(index)")
                known += 1
            }
        }
        #expect(known >= 100)
    }

    @Test func aLongIdentityIsNotRemembered() throws {
        var memory = DeviceMemory<Owner>(capacity: 1)
        let owner = Owner()
        var longest = 0
        for count in 200...300 {
            let long = try device(String(repeating: "d", count: count))
            memory.remember(nil, of: owner, in: 0)
            memory.remember(FlatEntity(long.flat), of: owner, in: 1)
            let isKnown = id(memory.recall(ObjectIdentifier(owner), in: 1)) != nil
            #expect(isKnown == (long.flat.size <= DeviceMemory<Owner>.maximumBytes))
            if isKnown { longest = long.flat.size }
        }
        #expect(longest == DeviceMemory<Owner>.maximumBytes)
    }
}
