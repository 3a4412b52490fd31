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
        scan(flat, offset: offset, count: count).hash
    }

    /// The hash of a run of bytes, and whether all of them are ASCII: both from one reading.
    @inline(__always)
    static func scan(
        _ flat: FlatBytes, offset: Int, count: Int
    ) -> (hash: UInt64, isASCII: Bool) {
        var state = start(count: count)
        var union: UInt64 = 0
        var position = offset
        let whole = offset &+ (count & ~7)
        while position < whole {
            let word = flat.word(position)
            state = mix(state, word)
            union |= word
            position &+= 8
        }
        if count & 7 != 0 {
            let last = tail(flat, position, count)
            state = mix(state, last)
            union |= last
        }
        return (end(state), union & 0x8080_8080_8080_8080 == 0)
    }

    /// The last one to seven bytes of a run of `count`, the rest zeros.
    ///
    /// Read in words that overlap, as a loop over the bytes takes longer than all the rest; nothing
    /// outside the run is read.
    @inline(__always)
    private static func tail(_ flat: FlatBytes, _ position: Int, _ count: Int) -> UInt64 {
        let rest = count & 7
        if count >= 8 {
            return flat.word(position &+ rest &- 8) &>> UInt64(truncatingIfNeeded: 64 &- 8 &* rest)
        }
        if rest >= 4 {
            let shift = UInt64(truncatingIfNeeded: 8 &* (rest &- 4))
            return UInt64(flat.half(position))
                | UInt64(flat.half(position &+ rest &- 4)) &<< shift
        }
        let middle = rest >> 1
        return UInt64(flat.byte(position))
            | UInt64(flat.byte(position &+ middle)) &<< UInt64(truncatingIfNeeded: 8 &* middle)
            | UInt64(flat.byte(position &+ rest &- 1))
            &<< UInt64(truncatingIfNeeded: 8 &* (rest &- 1))
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
