/// The figures of one reader's cache since it was made.
package struct CacheStatistics: BitwiseCopyable, Hashable, Sendable {
    /// Lookups that the cache answered.
    package var hits: UInt64 = 0
    /// Lookups that LMDB answered.
    package var misses: UInt64 = 0
    /// Chains copied into the cache.
    package var admissions: UInt64 = 0
    /// Chains that made room for others.
    package var evictions: UInt64 = 0
    /// Chains dropped because the log of changes names their key.
    package var logDrops: UInt64 = 0
    /// How often everything was dropped.
    package var fullDrops: UInt64 = 0
    /// Bytes in use now, of ``capacityBytes``.
    package var usedBytes: UInt64 = 0
    /// The bound on the cache in bytes; 0 for none.
    package var capacityBytes: UInt64 = 0
}
