// Stands between the addon and what can fail: memory, thread starts, Node-API calls. Linked with --wrap (faults.cmake), so
// that the code under test is compiled as it is shipped. Adds `faults` to the addon's exports:
//   arm(kind, first, count)  the first'th call of that kind from now on fails, and count - 1 after it
//   disarm()                 no more failures; tells how many calls of the kind there were, and how many of them failed
//   live()                   [bytes, blocks, threads] that the addon holds, and the bytes that V8 was told of
#include <malloc.h>
#include <node_api.h>
#include <pthread.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

enum Kind : int64_t { none, allocation, node_api };

std::atomic<int64_t> armed{none};
std::atomic<int64_t> first{0};
std::atomic<int64_t> count{0};
std::atomic<int64_t> calls{0};
std::atomic<int64_t> failures{0};

std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> live_blocks{0};
std::atomic<int64_t> live_threads{0};
std::atomic<int64_t> reported_bytes{0};

bool fails(Kind kind) {
  if (armed != kind) return false;
  const int64_t call = ++calls;
  const bool failed = call >= first && call - first < count;
  if (failed) ++failures;
  return failed;
}

void* counted(void* block) {
  if (block != nullptr) {
    live_bytes += static_cast<int64_t>(malloc_usable_size(block));
    ++live_blocks;
  }
  return block;
}

void uncount(void* block) {
  if (block == nullptr) return;
  live_bytes -= static_cast<int64_t>(malloc_usable_size(block));
  --live_blocks;
}

// Mapped blocks are trimmed at both ends, so they count as bytes only.
int64_t whole_pages(size_t size) { return static_cast<int64_t>((size + 4095) / 4096 * 4096); }

}  // namespace

extern "C" {

void* __real_malloc(size_t);
void* __real_calloc(size_t, size_t);
void* __real_realloc(void*, size_t);
void __real_free(void*);
void* __real_aligned_alloc(size_t, size_t);
int __real_posix_memalign(void**, size_t, size_t);
void* __real_mmap(void*, size_t, int, int, int, off_t);
int __real_munmap(void*, size_t);
int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
int __real_pthread_join(pthread_t, void**);

void* __wrap_malloc(size_t size) { return fails(allocation) ? nullptr : counted(__real_malloc(size)); }

void* __wrap_calloc(size_t n, size_t size) { return fails(allocation) ? nullptr : counted(__real_calloc(n, size)); }

void* __wrap_realloc(void* block, size_t size) {
  if (fails(allocation)) return nullptr;
  uncount(block);
  return counted(__real_realloc(block, size));
}

void __wrap_free(void* block) {
  uncount(block);
  __real_free(block);
}

void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return fails(allocation) ? nullptr : counted(__real_aligned_alloc(alignment, size));
}

int __wrap_posix_memalign(void** block, size_t alignment, size_t size) {
  if (fails(allocation)) return ENOMEM;
  const int status = __real_posix_memalign(block, alignment, size);
  if (status == 0) counted(*block);
  return status;
}

void* __wrap_mmap(void* at, size_t size, int protection, int flags, int file, off_t offset) {
  if (fails(allocation)) return MAP_FAILED;
  void* const block = __real_mmap(at, size, protection, flags, file, offset);
  if (block != MAP_FAILED) live_bytes += whole_pages(size);
  return block;
}

int __wrap_munmap(void* block, size_t size) {
  live_bytes -= whole_pages(size);
  return __real_munmap(block, size);
}

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* own) {
  if (fails(allocation)) return EAGAIN;
  const int status = __real_pthread_create(thread, attributes, body, own);
  if (status == 0) ++live_threads;
  return status;
}

int __wrap_pthread_join(pthread_t thread, void** result) {
  const int status = __real_pthread_join(thread, result);
  if (status == 0) --live_threads;
  return status;
}

#define NODE_API(name, parameters, arguments)            \
  napi_status __real_##name parameters;                  \
  napi_status __wrap_##name parameters {                 \
    if (fails(node_api)) return napi_generic_failure;    \
    return __real_##name arguments;                      \
  }

NODE_API(napi_add_env_cleanup_hook, (napi_env env, napi_cleanup_hook hook, void* own), (env, hook, own))
NODE_API(napi_create_array, (napi_env env, napi_value* result), (env, result))
NODE_API(napi_create_array_with_length, (napi_env env, size_t length, napi_value* result), (env, length, result))
NODE_API(napi_create_double, (napi_env env, double value, napi_value* result), (env, value, result))
NODE_API(napi_create_function,
         (napi_env env, const char* name, size_t length, napi_callback body, void* own, napi_value* result),
         (env, name, length, body, own, result))
NODE_API(napi_create_object, (napi_env env, napi_value* result), (env, result))
NODE_API(napi_create_promise, (napi_env env, napi_deferred* deferred, napi_value* promise), (env, deferred, promise))
NODE_API(napi_create_reference, (napi_env env, napi_value value, uint32_t initial, napi_ref* result),
         (env, value, initial, result))
NODE_API(napi_create_string_utf8, (napi_env env, const char* text, size_t length, napi_value* result),
         (env, text, length, result))
NODE_API(napi_create_threadsafe_function,
         (napi_env env, napi_value function, napi_value resource, napi_value name, size_t size, size_t threads,
          void* finalizer_own, napi_finalize finalizer, void* own, napi_threadsafe_function_call_js call,
          napi_threadsafe_function* result),
         (env, function, resource, name, size, threads, finalizer_own, finalizer, own, call, result))
NODE_API(napi_get_element, (napi_env env, napi_value object, uint32_t index, napi_value* result),
         (env, object, index, result))
NODE_API(napi_get_named_property, (napi_env env, napi_value object, const char* name, napi_value* result),
         (env, object, name, result))
NODE_API(napi_get_property_names, (napi_env env, napi_value object, napi_value* result), (env, object, result))
NODE_API(napi_get_typedarray_info,
         (napi_env env, napi_value array, napi_typedarray_type* type, size_t* length, void** data, napi_value* buffer,
          size_t* offset),
         (env, array, type, length, data, buffer, offset))
NODE_API(napi_get_undefined, (napi_env env, napi_value* result), (env, result))
NODE_API(napi_get_value_string_utf8, (napi_env env, napi_value value, char* text, size_t size, size_t* length),
         (env, value, text, size, length))
NODE_API(napi_set_element, (napi_env env, napi_value object, uint32_t index, napi_value value),
         (env, object, index, value))
NODE_API(napi_wrap,
         (napi_env env, napi_value object, void* own, napi_finalize finalizer, void* hint, napi_ref* result),
         (env, object, own, finalizer, hint, result))

napi_status __real_napi_adjust_external_memory(node_api_basic_env env, int64_t change, int64_t* total);

napi_status __wrap_napi_adjust_external_memory(node_api_basic_env env, int64_t change, int64_t* total) {
  const napi_status status = __real_napi_adjust_external_memory(env, change, total);
  if (status == napi_ok) reported_bytes += change;
  return status;
}

napi_status __real_napi_set_named_property(napi_env env, napi_value object, const char* name, napi_value value);

static napi_value arm(napi_env env, napi_callback_info info) {
  size_t given = 3;
  napi_value arguments[3];
  napi_get_cb_info(env, info, &given, arguments, nullptr, nullptr);
  char kind[16] = {};
  int64_t numbers[2] = {};
  __real_napi_get_value_string_utf8(env, arguments[0], kind, sizeof kind, nullptr);
  napi_get_value_int64(env, arguments[1], &numbers[0]);
  napi_get_value_int64(env, arguments[2], &numbers[1]);
  calls = 0;
  failures = 0;
  first = numbers[0];
  count = numbers[1];
  armed = std::strcmp(kind, "allocation") == 0 ? allocation : node_api;
  return nullptr;
}

static napi_value numbers(napi_env env, std::initializer_list<int64_t> values) {
  napi_value list;
  __real_napi_create_array(env, &list);
  uint32_t index = 0;
  for (const int64_t value : values) {
    napi_value number;
    __real_napi_create_double(env, static_cast<double>(value), &number);
    __real_napi_set_element(env, list, index++, number);
  }
  return list;
}

static napi_value disarm(napi_env env, napi_callback_info) {
  armed = none;
  return numbers(env, {calls, failures});
}

static napi_value live(napi_env env, napi_callback_info) {
  return numbers(env, {live_bytes, live_blocks, live_threads, reported_bytes});
}

// The addon's entry sets `Model` on its exports, and `faults` appears beside it.
napi_status __wrap_napi_set_named_property(napi_env env, napi_value object, const char* name, napi_value value) {
  if (std::strcmp(name, "Model") == 0) {
    napi_value faults;
    __real_napi_create_object(env, &faults);
    napi_value function;
    __real_napi_create_function(env, "arm", NAPI_AUTO_LENGTH, arm, nullptr, &function);
    __real_napi_set_named_property(env, faults, "arm", function);
    __real_napi_create_function(env, "disarm", NAPI_AUTO_LENGTH, disarm, nullptr, &function);
    __real_napi_set_named_property(env, faults, "disarm", function);
    __real_napi_create_function(env, "live", NAPI_AUTO_LENGTH, live, nullptr, &function);
    __real_napi_set_named_property(env, faults, "live", function);
    __real_napi_set_named_property(env, object, "faults", faults);
  }
  if (fails(node_api)) return napi_generic_failure;
  return __real_napi_set_named_property(env, object, name, value);
}

}  // extern "C"
