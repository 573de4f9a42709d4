# The same targets as CMakeLists.txt, from the same globs, for machines with Python 3 and make but without CMake.
{
  "variables": {
    # `albert build` puts the headers beside the source; a clone has them in node_modules.
    "headers": "<!(node -p \"require('path').resolve(require('fs').existsSync('include/napi.h')?'include':require('node-addon-api').include_dir)\")",
    # Not in the published package, whose users have compilers that warn of more.
    "strict": ["<!@(node -p \"require('fs').existsSync('test/native')?'-Werror':''\")"],
    "core": ["<!@(node -p \"require('fs').readdirSync('native',{recursive:true}).map(f=>'native/'+f).filter(f=>f.endsWith('.cc')&&!f.startsWith('native/binding/')&&!f.startsWith('native/release/')).join(' ')\")"],
    "tests": ["<!@(node -p \"(require('fs').existsSync('test/native')?require('fs').readdirSync('test/native',{recursive:true}):[]).map(f=>'test/native/'+f).filter(f=>f.endsWith('.cc')).join(' ')\")"],
    "benches": ["<!@(node -p \"(require('fs').existsSync('bench/ops')?require('fs').readdirSync('bench/ops',{recursive:true}):[]).map(f=>'bench/ops/'+f).filter(f=>f.endsWith('.cc')).join(' ')\")"],
    "bindings": ["<!@(node -p \"require('fs').readdirSync('native/binding',{recursive:true}).map(f=>'native/binding/'+f).filter(f=>f.endsWith('.cc')).join(' ')\")"]
  },
  "target_defaults": {
    "include_dirs": ["native"],
    "cflags!": ["-fno-exceptions"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["-std=c++20", "-O2", "-fPIC", "-fvisibility=hidden", "-fvisibility-inlines-hidden", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "<@(strict)", "-ffp-contract=off", "-fno-math-errno"]
  },
  "targets": [
    { "target_name": "albert_core", "type": "static_library", "sources": ["<@(core)"] },
    {
      "target_name": "albert",
      "sources": ["<@(bindings)"],
      "dependencies": ["albert_core"],
      "defines": ["NAPI_VERSION=8", "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      "cflags_cc": ["-isystem", "<(headers)"]
    },
    {
      "target_name": "albert_test",
      "type": "executable",
      "sources": ["<@(tests)"],
      "include_dirs": ["test/native"],
      "dependencies": ["albert_core"],
      "libraries": ["-lpthread"]
    },
    {
      "target_name": "albert_bench",
      "type": "executable",
      "sources": ["<@(benches)"],
      "include_dirs": ["bench/ops"],
      "dependencies": ["albert_core"],
      "libraries": ["-lpthread"]
    }
  ]
}
