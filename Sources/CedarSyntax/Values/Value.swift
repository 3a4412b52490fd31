/// A Cedar value as a tree: for making contexts and attributes and for showing them.
///
/// The decision path never uses it: there, values are read as flat bytes where they lie.
package indirect enum Value: Sendable {
    case bool(Bool)
    case long(Int64)
    case string(Text)
    case entity(EntityUID)
    /// In any order, duplicates allowed; equality is that of sets.
    case set([Value])
    /// In any order; keys must be unique.
    case record([(key: Text, value: Value)])
    case decimal(Decimal)
    case ip(IPAddress)
    case datetime(DateTime)
    case duration(Duration)
}
