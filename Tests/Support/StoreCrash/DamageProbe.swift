import CedarSyntax
import EntityStore
import Glibc

/// Opens a damaged store in a process of its own, for LMDB may stop the process.
///
/// Ends with 0 when all is as it was, 3 when the damage was noticed, 4 when wrong data came back.
struct DamageProbe {
    let directory: String
    let ids: [String]

    func run() -> Int32 {
        do throws(StoreError) {
            let store = try EntityStore.open(at: directory, StoreOptions(readOnly: true))
            var isAsBefore = true
            for id in ids {
                let uid = EntityUID(type: "Item", id: Text(id))
                guard let entity = try store.get(uid) else {
                    isAsBefore = false
                    continue
                }
                guard entity.uid == uid, entity.attributes.count == 1,
                    case .string(let text) = entity.attributes[0].value, text == Text(id)
                else { return 4 }
            }
            if try !store.check().isClean { return 3 }
            // Absence that a check does not notice would be a wrong answer.
            return isAsBefore ? 0 : 4
        } catch {
            return 3
        }
    }
}
