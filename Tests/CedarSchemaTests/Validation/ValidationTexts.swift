/// The schema that the tests of validation share.
let validationSchema = """
    entity Group;
    entity User in [Group] {
      name: String, email?: String, manager?: User, age: Long,
      address: { city: String, zip?: String }, score: decimal, tries: Set<Long>,
    } tags Set<String>;
    entity Guest { name: Long };
    entity Color enum ["red", "blue"];
    entity Album in [Album];
    entity Photo in [Album] { owner: User, taken: datetime, private?: Bool, color: Color };
    action read, group;
    action view in [read] appliesTo {
      principal: User, resource: Photo,
      context: { ip: ipaddr, reason?: String, device: { id: String, os?: { name: String } } },
    };
    action list appliesTo { principal: [User, Guest], resource: Album };
    namespace Shop { entity Item; action buy appliesTo { principal: User, resource: Item }; }
    """
