# The addon once more, whose allocations, thread starts and Node-API calls can be made to fail; faults.cc says how.
# What it links, its C++ runtime included, is linked so that faults.cc stands in between.
set(WRAPPED
  malloc calloc realloc free aligned_alloc posix_memalign mmap munmap pthread_create pthread_join
  # Calls that make or read something of JavaScript's. Not those that only give back or settle: they cannot fail.
  napi_add_env_cleanup_hook napi_adjust_external_memory napi_create_array napi_create_array_with_length napi_create_double napi_create_function
  napi_create_object napi_create_promise napi_create_reference napi_create_string_utf8 napi_create_threadsafe_function
  napi_get_element napi_get_named_property napi_get_property_names napi_get_typedarray_info napi_get_undefined
  napi_get_value_string_utf8 napi_set_element napi_set_named_property napi_wrap)
list(TRANSFORM WRAPPED PREPEND "LINKER:--wrap=")

add_library(albert_faults SHARED EXCLUDE_FROM_ALL ${BINDING_SOURCES} ${CMAKE_JS_SRC} test/lifecycle/faults.cc)
set_target_properties(albert_faults PROPERTIES PREFIX "" SUFFIX ".node")
target_include_directories(albert_faults SYSTEM PRIVATE ${CMAKE_JS_INC} node_modules/node-addon-api)
target_compile_definitions(albert_faults PRIVATE NAPI_VERSION=8 NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
target_link_options(albert_faults PRIVATE ${WRAPPED} -static-libstdc++ -static-libgcc
  LINKER:-Bsymbolic LINKER:--exclude-libs,ALL)
target_link_libraries(albert_faults PRIVATE albert_core ${CMAKE_JS_LIB})
