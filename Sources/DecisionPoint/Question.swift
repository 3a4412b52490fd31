package import CedarEngine

/// A request as it came: regions of memory that are not trusted yet.
///
/// The memory must stay as it is until the decision is made.
@safe
package struct Question: BitwiseCopyable {
    private let principal: UnsafeRawBufferPointer
    private let action: UnsafeRawBufferPointer
    private let resource: UnsafeRawBufferPointer
    private let context: UnsafeRawBufferPointer
    /// Whether the parts were made by this process, and so are valid.
    private let isMadeHere: Bool

    /// - Parameters:
    ///   - principal: no bytes stand for the one that the evidence leads to.
    ///   - context: a record; no bytes stand for the empty one.
    @unsafe
    package init(
        principal: UnsafeRawBufferPointer, action: UnsafeRawBufferPointer,
        resource: UnsafeRawBufferPointer, context: UnsafeRawBufferPointer
    ) {
        unsafe self.principal = principal
        unsafe self.action = action
        unsafe self.resource = resource
        unsafe self.context = context
        isMadeHere = false
    }

    /// A question of the principal that the evidence leads to, of parts that this process made.
    package init(action: FlatEntity, resource: FlatEntity, context: FlatRecord) {
        unsafe principal = UnsafeRawBufferPointer(start: nil, count: 0)
        unsafe self.action = action.flat.region
        unsafe self.resource = resource.flat.region
        unsafe self.context = context.flat.region
        isMadeHere = true
    }

    /// The resource, when this process made it.
    var ownResource: FlatEntity? {
        guard isMadeHere, let start = unsafe resource.baseAddress else { return nil }
        return FlatEntity(unsafe FlatBytes(start))
    }

    /// Whether the caller names a principal.
    var namesPrincipal: Bool { unsafe principal.count > 0 }

    /// The principal that the caller names; nil when that is no valid entity.
    func namedPrincipal() -> FlatEntity? {
        unsafe flat(principal, .entity).map { FlatEntity($0) }
    }

    /// The request of a principal, if every other part is a valid flat value of its kind.
    func validated(principal: FlatEntity, emptyContext: FlatBytes) -> Request? {
        guard let action = unsafe flat(action, .entity),
            let resource = unsafe flat(resource, .entity)
        else { return nil }
        var record = emptyContext
        if unsafe context.count > 0 {
            guard let flat = unsafe flat(context, .record) else { return nil }
            record = flat
        }
        return Request(
            principal: principal, action: FlatEntity(action),
            resource: FlatEntity(resource), context: FlatRecord(record))
    }

    /// The request, if every part is a valid flat value of its kind.
    func validated(emptyContext: FlatBytes) -> Request? {
        guard let principal = unsafe flat(principal, .entity),
            let action = unsafe flat(action, .entity),
            let resource = unsafe flat(resource, .entity)
        else { return nil }
        var record = emptyContext
        if unsafe context.count > 0 {
            guard let flat = unsafe flat(context, .record) else { return nil }
            record = flat
        }
        return Request(
            principal: FlatEntity(principal), action: FlatEntity(action),
            resource: FlatEntity(resource), context: FlatRecord(record))
    }

    private func flat(_ region: UnsafeRawBufferPointer, _ tag: FlatTag) -> FlatBytes? {
        guard let start = region.baseAddress else { return nil }
        let flat = unsafe FlatBytes(start)
        if isMadeHere { return flat }
        do throws(FlatValidator.Failure) {
            try FlatValidator.validate(flat, count: region.count, as: tag)
            return flat
        } catch {
            return nil
        }
    }
}
