import CLMDB
import Glibc

/// The library's environment pointer, opened and sized.
///
/// The owner calls ``close()`` exactly once, after the last transaction. `Sendable` because LMDB
/// lets any thread use an environment; only remapping and closing need exclusion, and
/// ``Environment`` gives it.
@safe
struct EnvironmentHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Opens the files of a directory that exists and maps at least `options.mapBytes`.
    init(path: String, options: EnvironmentOptions) throws(LMDBError) {
        guard options.mapBytes > 0, options.maximumReaders > 0, options.maximumDatabases > 0,
            let readers = UInt32(exactly: options.maximumReaders),
            let databases = UInt32(exactly: options.maximumDatabases)
        else { throw LMDBError(.invalidArgument, "open the environment") }

        var created: OpaquePointer?
        try LMDBError.check(unsafe mdb_env_create(&created), "open the environment")
        guard let pointer = unsafe created else {
            throw LMDBError(.noMemory, "open the environment")
        }
        unsafe self.pointer = pointer
        do {
            try LMDBError.check(
                unsafe mdb_env_set_maxreaders(pointer, readers), "open the environment")
            try LMDBError.check(
                unsafe mdb_env_set_maxdbs(pointer, databases), "open the environment")
            // Slots belong to transactions, not threads: a transaction can be reset and renewed,
            // and a thread may hold several.
            var flags = UInt32(MDB_NOTLS)
            if options.readOnly { flags |= UInt32(MDB_RDONLY) }
            try LMDBError.check(
                unsafe mdb_env_open(pointer, path, flags, options.fileMode),
                "open the environment")
            try extendShortenedFile(readOnly: options.readOnly)
            // Opened without a size, the map has the size the file records; it only ever grows.
            if options.mapBytes > (try information().mapBytes) {
                try setMapBytes(options.mapBytes)
            }
        } catch {
            unsafe mdb_env_close(pointer)
            throw error
        }
    }

    func close() {
        unsafe mdb_env_close(pointer)
    }

    func information() throws(LMDBError) -> EnvironmentInformation {
        var info = unsafe MDB_envinfo()
        var statistics = MDB_stat()
        try LMDBError.check(
            unsafe mdb_env_info(pointer, &info), "read the environment's figures")
        try LMDBError.check(
            unsafe mdb_env_stat(pointer, &statistics), "read the environment's figures")
        let pageBytes = Int(statistics.ms_psize)
        return unsafe EnvironmentInformation(
            mapBytes: Int(clamping: info.me_mapsize),
            usedBytes: (Int(clamping: info.me_last_pgno) + 1) * pageBytes,
            pageBytes: pageBytes,
            lastTransactionId: Int(clamping: info.me_last_txnid),
            readerSlotsUsed: Int(info.me_numreaders),
            readerSlots: Int(info.me_maxreaders))
    }

    /// Maps the file anew. The caller has made sure that no transaction of this process is live.
    ///
    /// - Parameter bytes: the new size, rounded up to whole pages; nil adopts the size that the
    ///   file records.
    /// - Throws: `noMemory` with the old map in place; anything else leaves no map at all.
    func setMapBytes(_ bytes: Int?) throws(LMDBError) {
        var size = 0
        if let bytes {
            guard let rounded = Self.roundedToPages(bytes) else {
                throw LMDBError(.noMemory, "resize the map")
            }
            size = rounded
            // LMDB unmaps before it maps, and a failure leaves it without a map. Whether the
            // addresses are to be had is therefore tried beforehand.
            let trial = unsafe mmap(
                nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            guard unsafe trial != MAP_FAILED else {
                throw LMDBError(.noMemory, "resize the map")
            }
            unsafe munmap(trial, size)
        }
        let result = unsafe mdb_env_set_mapsize(pointer, size)
        if result != MDB_SUCCESS { throw LMDBError(.panic, "resize the map") }
    }

    /// The bytes free on the file system of the data file; nil when it does not say.
    func availableBytes() -> UInt? {
        var descriptor: Int32 = -1
        var status = statvfs()
        guard unsafe mdb_env_get_fd(pointer, &descriptor) == MDB_SUCCESS,
            unsafe fstatvfs(descriptor, &status) == 0
        else { return nil }
        return status.f_bavail * status.f_frsize
    }

    private static func roundedToPages(_ bytes: Int) -> Int? {
        let pageBytes = sysconf(Int32(_SC_PAGESIZE))
        let (sum, overflow) = bytes.addingReportingOverflow(pageBytes - 1)
        return overflow ? nil : sum / pageBytes * pageBytes
    }

    /// Makes the data file as long as its last page says.
    ///
    /// Reading a page beyond the end of the file would kill the process with SIGBUS. A page of
    /// zeros, which is what the extension reads as, is instead refused as `corrupted`. A shorter
    /// file is not damaged as such: LMDB does not write pages that were freed in the transaction
    /// that took them.
    private func extendShortenedFile(readOnly: Bool) throws(LMDBError) {
        var descriptor: Int32 = -1
        try LMDBError.check(unsafe mdb_env_get_fd(pointer, &descriptor), "open the environment")
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw LMDBError(.init(rawValue: errno), "open the environment")
        }
        let neededBytes = try information().usedBytes
        if status.st_size >= neededBytes { return }
        if readOnly {
            throw LMDBError(.corrupted, "open a shortened data file for reading only")
        }
        // Unlike ftruncate this never shortens the file when another process extends it first.
        let result = posix_fallocate(descriptor, neededBytes - 1, 1)
        try LMDBError.check(result, "extend the shortened data file")
    }
}
