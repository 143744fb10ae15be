# The alert rules, against made-up series; where Prometheus is not installed there is nothing to run them with.
find_program(PROMTOOL promtool)
if(PROMTOOL)
  add_test(NAME alert_rules COMMAND ${PROMTOOL} test rules ${CMAKE_CURRENT_SOURCE_DIR}/alerts_test.yml)
endif()
