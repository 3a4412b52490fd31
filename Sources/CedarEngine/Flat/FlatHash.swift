/// The 64-bit hash that flat values carry.
///
/// It is part of the stored and sent formats, so it must never change. It spreads keys; it is not
/// a defence: whoever finds a match by hash compares the whole bytes before believing it.
package enum FlatHash {
    static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    static let multiplier: UInt64 = 0xD6E8_FEB8_6659_FD93
    static let finish: UInt64 = 0xA076_1D64_78BD_642F

    /// Multiplies to 128 bits and folds the halves together.
    @inline(__always)
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        return high ^ low
    }

    @inline(__always)
    static func start(count: Int) -> UInt64 { seed &+ UInt64(truncatingIfNeeded: count) }

    @inline(__always)
    static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
        fold(state ^ word, multiplier) &+ word
    }

    @inline(__always)
    static func end(_ state: UInt64) -> UInt64 { fold(state ^ seed, finish) }

    /// The hash of a run of bytes.
    package static func bytes(_ flat: FlatBytes, offset: Int, count: Int) -> UInt64 {
        var state = start(count: count)
        var position = offset
        let end = offset + count
        while position + 8 <= end {
            state = mix(state, flat.word(position))
            position += 8
        }
        if position < end {
            var last: UInt64 = 0
            var shift: UInt64 = 0
            while position < end {
                last |= UInt64(flat.byte(position)) &<< shift
                shift += 8
                position += 1
            }
            state = mix(state, last)
        }
        return self.end(state)
    }

    /// The hash of sixteen bytes given as two words: that of ``bytes(_:offset:count:)`` over them.
    @inline(__always)
    static func words(_ first: UInt64, _ second: UInt64) -> UInt64 {
        end(mix(mix(start(count: 16), first), second))
    }

    /// The hash of an entity, of the hashes of its type's name and of its id.
    @inline(__always)
    static func entity(type: UInt64, id: UInt64) -> UInt64 {
        end(mix(mix(start(count: 0), type), id))
    }
}
