import Glibc

/// What the system's databases of users and groups say of who is in a group.
///
/// A process may be in more groups than its user: a service manager can add some. What a database does not
/// know at all is answered by `nil`.
enum SystemGroups {
    /// The groups of a user that are looked at.
    private static let maximumGroups: Int32 = 65_536
    /// The longest entry of a database, in bytes.
    private static let maximumEntryBytes = 1 << 20

    /// Whether a user is in a group; `nil` for a user that is not known.
    static func contains(_ group: gid_t, user: uid_t) -> Bool? {
        let known = unsafe account { entry, bytes, count, found in
            unsafe getpwuid_r(user, entry, bytes, count, found)
        }
        guard let account = known else { return nil }
        if account.group == group { return true }
        var groups = [gid_t](repeating: 0, count: 64)
        while true {
            var count = Int32(groups.count)
            if unsafe getgrouplist(account.name, account.group, &groups, &count) >= 0 {
                return groups[..<Int(count)].contains(group)
            }
            guard count > groups.count, count <= maximumGroups else { return nil }
            groups = [gid_t](repeating: 0, count: Int(count))
        }
    }

    /// Whether any member of a group has another one as the group of its own; `nil` when one of both is not
    /// known.
    static func contains(_ group: gid_t, usersOf own: gid_t) -> Bool? {
        guard let names = members(of: group), members(of: own) != nil else { return nil }
        return names.contains { name in
            let known = unsafe account { entry, bytes, count, found in
                unsafe getpwnam_r(name, entry, bytes, count, found)
            }
            return known?.group == own
        }
    }

    private static func account(
        _ look: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32
    ) -> (name: String, group: gid_t)? {
        unsafe entry { bytes, count in
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            let code = unsafe look(&entry, bytes, count, &found)
            guard code == 0, unsafe found != nil, let name = unsafe entry.pw_name else {
                return (code, nil)
            }
            return unsafe (0, (String(cString: name), entry.pw_gid))
        }
    }

    private static func members(of group: gid_t) -> [String]? {
        unsafe entry { bytes, count in
            var entry = unsafe Glibc.group()
            var found: UnsafeMutablePointer<Glibc.group>?
            let code = unsafe getgrgid_r(group, &entry, bytes, count, &found)
            guard code == 0, unsafe found != nil else { return (code, nil) }
            var names: [String] = []
            var next = unsafe entry.gr_mem
            while let place = unsafe next, let name = unsafe place.pointee {
                unsafe names.append(String(cString: name))
                unsafe next = place + 1
            }
            return (0, names)
        }
    }

    /// Reads an entry into as much room as it needs; `nil` when there is none or it cannot be told.
    private static func entry<Entry>(
        _ read: (UnsafeMutablePointer<CChar>, Int) -> (code: Int32, entry: Entry?)
    ) -> Entry? {
        var count = 4096
        while count <= maximumEntryBytes {
            var bytes = [CChar](repeating: 0, count: count)
            let outcome = unsafe read(&bytes, count)
            switch outcome.code {
            case ERANGE: count *= 4
            case EINTR: continue
            default: return outcome.entry
            }
        }
        return nil
    }
}
