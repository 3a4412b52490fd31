/// How much the type checker demands of policies.
package enum ValidationMode: String, CaseIterable, Hashable, Sendable {
    /// What is compared, joined in a set or chosen by `if` must be of one type; `[]` has no type,
    /// and extension values are made of literals. What passes can be analyzed.
    case strict
    /// Types that differ may meet where evaluation gives no error.
    case permissive
}
