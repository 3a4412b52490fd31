/// The files of `writ new`: small, valid, and with tests that pass.
enum StarterProject {
    static let files: [(name: String, content: String)] = [
        ("policy.cedar", policy), ("schema.cedarschema.json", schema),
        ("entities.json", entities), ("tests.json", tests),
    ]

    private static let policy = """
        // Members of a team read the documents of its folders.
        @id("team-reads")
        permit (
          principal in Team::"writers",
          action == Action::"read",
          resource in Folder::"drafts"
        );

        // Only the owner of a document changes it.
        @id("owner-writes")
        permit (principal, action == Action::"write", resource)
        when { resource.owner == principal };

        """

    private static let schema = """
        {
          "": {
            "entityTypes": {
              "Team": {},
              "User": { "memberOfTypes": ["Team"] },
              "Folder": {},
              "Document": {
                "memberOfTypes": ["Folder"],
                "shape": {
                  "type": "Record",
                  "attributes": { "owner": { "type": "Entity", "name": "User" } }
                }
              }
            },
            "actions": {
              "read": {
                "appliesTo": { "principalTypes": ["User"], "resourceTypes": ["Document"] }
              },
              "write": {
                "appliesTo": { "principalTypes": ["User"], "resourceTypes": ["Document"] }
              }
            }
          }
        }

        """

    private static let entities = """
        [
          { "uid": { "type": "Team", "id": "writers" }, "attrs": {}, "parents": [] },
          {
            "uid": { "type": "User", "id": "alice" },
            "attrs": {},
            "parents": [{ "type": "Team", "id": "writers" }]
          },
          { "uid": { "type": "User", "id": "bob" }, "attrs": {}, "parents": [] },
          { "uid": { "type": "Folder", "id": "drafts" }, "attrs": {}, "parents": [] },
          {
            "uid": { "type": "Document", "id": "plan" },
            "attrs": { "owner": { "__entity": { "type": "User", "id": "bob" } } },
            "parents": [{ "type": "Folder", "id": "drafts" }]
          }
        ]

        """

    private static let tests = #"""
        [
          {
            "name": "a member of the team reads a draft",
            "request": {
              "principal": "User::\"alice\"",
              "action": "Action::\"read\"",
              "resource": "Document::\"plan\"",
              "context": {}
            },
            "entities": "entities.json",
            "decision": "allow",
            "reason": ["team-reads"],
            "num_errors": 0
          },
          {
            "name": "nobody else reads it",
            "request": {
              "principal": "User::\"bob\"",
              "action": "Action::\"read\"",
              "resource": "Document::\"plan\"",
              "context": {}
            },
            "entities": "entities.json",
            "decision": "deny",
            "reason": [],
            "num_errors": 0
          },
          {
            "name": "its owner writes it",
            "request": {
              "principal": "User::\"bob\"",
              "action": "Action::\"write\"",
              "resource": "Document::\"plan\"",
              "context": {}
            },
            "entities": "entities.json",
            "decision": "allow",
            "reason": ["owner-writes"],
            "num_errors": 0
          },
          {
            "name": "nobody else writes it",
            "request": {
              "principal": "User::\"alice\"",
              "action": "Action::\"write\"",
              "resource": "Document::\"plan\"",
              "context": {}
            },
            "entities": "entities.json",
            "decision": "deny",
            "reason": [],
            "num_errors": 0
          }
        ]

        """#
}
