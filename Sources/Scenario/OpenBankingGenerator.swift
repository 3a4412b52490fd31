/// Makes up the open-banking scenario of `Policies/open-banking` at any size.
///
/// The entities have the schema and the shape of the hand-made ones and belong beside them: their
/// ids all begin with `gen-`, and their groups hang below the hand-made groups the policies name
/// (`Register::"recognised"`, `Role::"audit"` and so on). Apart from those, nothing refers to an
/// entity that does not come earlier, so any prefix is complete and free of cycles.
///
/// A seed and a size make the same bytes on every machine.
package struct OpenBankingGenerator: Sendable {
    let seed: UInt64
    let layout: Layout
    private var produced = 0
    private var part: Layout.Part? = .tenant
    private var index = 0

    /// Starts a scenario of exactly `entityCount` entities, from zero up.
    package init(seed: UInt64, entityCount: Int) {
        self.seed = seed
        self.layout = Layout(entityCount: entityCount)
    }

    /// Appends the next entity to `buffer` as one line: a compact JSON object, then a line feed.
    ///
    /// - Returns: false, with nothing appended, when all entities have been made.
    package mutating func next(into buffer: inout [UInt8]) -> Bool {
        guard produced < layout.entityCount else { return false }
        produced += 1
        if let part {
            writeShared(part, index, to: &buffer)
            index += 1
            if index == layout.count(of: part) {
                self.part = Layout.Part(rawValue: part.rawValue + 1)
                index = 0
            }
        } else {
            let place = index % Layout.householdSize
            writeHousehold(index / Layout.householdSize, place: place, to: &buffer)
            index += 1
        }
        buffer.byte("\n")
        return true
    }

    private func writeShared(_ part: Layout.Part, _ index: Int, to buffer: inout [UInt8]) {
        switch part {
        case .tenant: writeTenant(index, to: &buffer)
        case .register: writeRegister(index, to: &buffer)
        case .thirdParty: writeThirdParty(index, to: &buffer)
        case .segment: writeSegment(index, to: &buffer)
        case .role: writeRole(index, to: &buffer)
        case .staff: writeStaff(index, to: &buffer)
        case .fleet: writeFleet(index, to: &buffer)
        case .device: writeDevice(index, to: &buffer)
        case .workloadGroup: writeWorkloadGroup(to: &buffer)
        case .workload: writeWorkload(index, to: &buffer)
        }
    }

    private func writeHousehold(_ index: Int, place: Int, to buffer: inout [UInt8]) {
        switch place {
        case 0: writeCustomer(index, to: &buffer)
        case 1, 2: writePortfolio(index, everyday: place == 2, to: &buffer)
        case 3, 4: writeAccount(index, place - 3, to: &buffer)
        case 5, 6: writeConsent(index, place - 5, to: &buffer)
        default: writePayment(index, place - 7, to: &buffer)
        }
    }
}

extension OpenBankingGenerator {
    /// The instant the scenario stands still at, 2025-10-14T10:30:00Z, as in the hand-made tests.
    static let nowSeconds = 1_760_437_800
    static let daySeconds = 86_400

    /// The stream of random numbers that belongs to one entity of one kind.
    func stream(_ kind: StreamKind, _ index: Int) -> SplitMix64 {
        SplitMix64(seed: seed, kind: kind.rawValue, index: index)
    }
}

/// What a stream of random numbers is for. A changed number changes every made-up scenario.
enum StreamKind: UInt64 {
    case thirdParty = 1
    case certificate = 2
    case staff = 3
    case device = 4
    case customer = 5
    case account = 6
    case consent = 7
    case payment = 8
    case request = 9
}
