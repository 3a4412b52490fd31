/// How many entities of each kind a scenario of a given size has, and in which order they come.
///
/// The shared parts (tenants, third parties, staff, services) come first, then one household after
/// the other. Whatever an entity refers to comes before it, so that a scenario cut off at any size
/// still refers only to entities it holds.
struct Layout {
    /// The entities of a household: a customer, two portfolios, two accounts, two consents and
    /// nine payments, in this order.
    static let householdSize = 16
    static let paymentsPerHousehold = 9

    /// A kind of entity in the shared part, in the order in which the kinds come.
    enum Part: Int, CaseIterable {
        case tenant, register, thirdParty, segment, role, staff, fleet, device
        case workloadGroup, workload
    }

    let entityCount: Int
    let tenants: Int
    let thirdParties: Int
    let staff: Int
    let sharedCount: Int
    /// Households of which every entity is there.
    let households: Int

    /// Plans a scenario of exactly `entityCount` entities; the number must not be negative.
    init(entityCount: Int) {
        precondition(entityCount >= 0, "a scenario cannot have fewer than zero entities")
        self.entityCount = entityCount
        tenants = 1 + min(entityCount / 100_000, 15)
        thirdParties = min(max(entityCount / 1000, Self.leastThirdParties), Self.mostThirdParties)
        staff = max(entityCount / 500, Self.roles)
        sharedCount =
            tenants + Self.registers + thirdParties + Self.segments + Self.roles + 2 * staff
            + Self.fleets + Self.workloadGroups + Self.workloads
        households = max(0, entityCount - sharedCount) / Self.householdSize
    }

    static let registers = 4
    static let segments = 6
    static let roles = 8
    static let fleets = 4
    static let workloadGroups = 1
    static let workloads = 4
    /// One with each combination of roles.
    static let leastThirdParties = 3
    /// Each has its own /28 of 100.64.0.0/10 and some their own /48 of 2001:db8::/32.
    static let mostThirdParties = 60_000

    func count(of part: Part) -> Int {
        switch part {
        case .tenant: tenants
        case .register: Self.registers
        case .thirdParty: thirdParties
        case .segment: Self.segments
        case .role: Self.roles
        case .staff, .device: staff
        case .fleet: Self.fleets
        case .workloadGroup: Self.workloadGroups
        case .workload: Self.workloads
        }
    }
}
