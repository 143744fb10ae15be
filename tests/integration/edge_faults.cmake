# Kill, freeze, restart and garbage, with branchlined as a process.
bl_test(edge_faults_test SOURCES edge_faults_test.cpp ${PROJECT_SOURCE_DIR}/tests/support/child_process.cpp
  LINKS bl_runtime LABELS integration)
target_compile_definitions(edge_faults_test PRIVATE BRANCHLINED="$<TARGET_FILE:branchlined>")
add_dependencies(edge_faults_test branchlined)
