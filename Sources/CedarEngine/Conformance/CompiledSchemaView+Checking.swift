extension CompiledSchemaView {
    /// Whether a request is one that the schema allows: a declared action that applies to principal
    /// and resource, with exactly its context.
    package func allows(_ request: Request) -> Bool {
        guard let action = action(request.action) else { return false }
        return hasParticipant(request.principal, action.firstPrincipal, action.firstResource)
            && hasParticipant(request.resource, action.firstResource, action.endOfResources)
            && conforms(request.context.flat, shape(action.context))
    }

    private func hasParticipant(_ uid: FlatEntity, _ first: UInt32, _ end: UInt32) -> Bool {
        var index = first
        while index < end {
            if conforms(entity: uid, participant(index)) { return true }
            index &+= 1
        }
        return false
    }

    /// Whether a value has a shape; recursion ends where the schema's types do.
    private func conforms(_ value: FlatBytes, _ shape: Shape) -> Bool {
        guard value.tag == shape.tag else { return false }
        switch shape.content {
        case .scalar: return true
        case .entity: return conforms(entity: FlatEntity(value), shape)
        case .set: return conforms(set: FlatSet(value), self.shape(shape.first))
        case .record: return conforms(record: FlatRecord(value), shape)
        }
    }

    private func conforms(entity: FlatEntity, _ shape: Shape) -> Bool {
        guard entity.hasType(of: FlatEntity(constant(shape.first))) else { return false }
        return shape.second == Shape.none || FlatSet(constant(shape.second)).contains(entity)
    }

    private func conforms(set: FlatSet, _ element: Shape) -> Bool {
        for index in 0..<set.count where !conforms(set.element(index), element) { return false }
        return true
    }

    /// Walks members and attributes side by side: both are sorted by the keys' hashes and bytes.
    private func conforms(record: FlatRecord, _ shape: Shape) -> Bool {
        var next = shape.first
        for index in 0..<record.count {
            let key = record.key(index)
            while true {
                guard next < shape.second else { return false }
                let attribute = attribute(next)
                next &+= 1
                if attribute.hash == key.hash, constant(attribute.key).equals(key.flat) {
                    guard conforms(record.value(index), self.shape(attribute.shape)) else {
                        return false
                    }
                    break
                }
                // An attribute that the record does not have, or a member that is not declared.
                if attribute.isRequired || attribute.hash > key.hash { return false }
            }
        }
        while next < shape.second {
            if attribute(next).isRequired { return false }
            next &+= 1
        }
        return true
    }
}

extension CompiledSchemaView: EntitySource {
    /// The record of a declared action.
    package func record(of uid: FlatEntity) -> EntityLookup {
        action(uid).map { .found(EntityRecord(constant($0.record))) } ?? .absent
    }

    /// The ancestors of a declared action.
    package func ancestors(of uid: FlatEntity) -> AncestorLookup {
        guard let action = action(uid), action.ancestors != Shape.none else { return .absent }
        return .found(FlatSet(constant(action.ancestors)))
    }
}
