"""What is in native binaries, as one JSON list on stdout: check.mjs judges it. Parses with lief and leaves nothing out
that a rule needs; a file that is none of ELF, Mach-O and PE, or cut short, becomes {"error": …}.

    python native/release/facts.py FILE …
"""

import json
import os
import sys

import lief

lief.logging.disable()

ARCHITECTURES = {
    lief.Header.ARCHITECTURES.X86_64: "x64",
    lief.Header.ARCHITECTURES.ARM64: "arm64",
}


def of_elf(binary, size):
    entries = list(binary.dynamic_entries)
    flags = {str(flag) for entry in entries if isinstance(entry, lief.ELF.DynamicEntryFlags) for flag in entry.flags}
    tags = {entry.tag for entry in entries}
    segments = {segment.type: segment for segment in binary.segments}
    stack = segments.get(lief.ELF.Segment.TYPE.GNU_STACK)
    symbols = [symbol for symbol in binary.dynamic_symbols if symbol.name]
    return {
        "libraries": list(binary.libraries),
        "versions": sorted(
            {version.name for need in binary.symbols_version_requirement for version in need.get_auxiliary_symbols()}
        ),
        "exports": sorted(symbol.name for symbol in symbols if symbol.shndx != 0),
        # A function of the C library has a version where the library has versions.
        "imports": sorted(symbol.name for symbol in symbols if symbol.shndx == 0 and not versioned(symbol)),
        "executable_stack": stack is None or lief.ELF.Segment.FLAGS.X in stack,
        "relro": lief.ELF.Segment.TYPE.GNU_RELRO in segments,
        "bind_now": any("NOW" in flag for flag in flags),
        "text_relocations": lief.ELF.DynamicEntry.TAG.TEXTREL in tags or any("TEXTREL" in flag for flag in flags),
        "search_path": lief.ELF.DynamicEntry.TAG.RPATH in tags or lief.ELF.DynamicEntry.TAG.RUNPATH in tags,
        "stripped": not any(symbol.name for symbol in binary.symtab_symbols),
        "cut_short": max((segment.file_offset + segment.physical_size for segment in binary.segments), default=0) > size,
    }


def versioned(symbol):
    return symbol.has_version and symbol.symbol_version.has_auxiliary_version


def of_macho(binary, size):
    build = binary.build_version
    minimum = build.minos if build else binary.version_min.version if binary.version_min else None
    return {
        "libraries": [library.name for library in binary.libraries if library.command != lief.MachO.LoadCommand.TYPE.ID_DYLIB],
        "exports": sorted(symbol.name.removeprefix("_") for symbol in binary.exported_symbols),
        "imports": sorted(symbol.name.removeprefix("_") for symbol in binary.imported_symbols),
        "minimum_system": ".".join(str(number) for number in minimum[:2]) if minimum else None,
        "signed": binary.has_code_signature,
        "executable_stack": lief.MachO.Header.FLAGS.ALLOW_STACK_EXECUTION in binary.header.flags_list,
        "search_path": any(command.command == lief.MachO.LoadCommand.TYPE.RPATH for command in binary.commands),
        "cut_short": max((segment.file_offset + segment.file_size for segment in binary.segments), default=0) > size,
    }


def of_pe(binary, size):
    marks = set(binary.optional_header.dll_characteristics_lists)
    marks_of = lief.PE.OptionalHeader.DLL_CHARACTERISTICS
    return {
        "libraries": sorted({library.name for library in [*binary.imports, *binary.delay_imports]}),
        "exports": sorted(entry.name for entry in binary.get_export().entries) if binary.has_exports else [],
        "imports": sorted(entry.name for library in binary.imports for entry in library.entries if entry.name),
        "no_execute": marks_of.NX_COMPAT in marks,
        "moves": marks_of.DYNAMIC_BASE in marks and marks_of.HIGH_ENTROPY_VA in marks,
        # An entry REPRO only says that the time in the header is a hash.
        "debug": any(entry.type != lief.PE.Debug.TYPES.REPRO for entry in binary.debug),
        "cut_short": max((section.offset + section.size for section in binary.sections), default=0) > size,
    }


def facts(path):
    size = os.path.getsize(path)
    binary = lief.parse(path)
    if binary is None:
        return {"error": "is neither ELF nor Mach-O nor PE"}
    common = {"arch": ARCHITECTURES.get(binary.abstract.header.architecture, "another")}
    if isinstance(binary, lief.ELF.Binary):
        return {"format": "ELF", **common, **of_elf(binary, size)}
    if isinstance(binary, lief.MachO.Binary):
        return {"format": "Mach-O", **common, **of_macho(binary, size)}
    return {"format": "PE", **common, **of_pe(binary, size)}


if __name__ == "__main__":
    print(json.dumps([facts(path) for path in sys.argv[1:]]))
