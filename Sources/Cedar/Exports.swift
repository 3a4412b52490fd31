// `EntityID` and `CedarValue` are part of this library's interface.
@_exported public import CedarValues
