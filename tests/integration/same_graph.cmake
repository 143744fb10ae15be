# Traced and scripted files of one network give the same units.
if(NOT TARGET branchline)
  return()
endif()
foreach(model alexnet vgg11 resnet18 resnet50 googlenet mobilenet_v2 mobilenet_v3_small)
  add_test(NAME same_graph_${model}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/same_graph.sh $<TARGET_FILE:branchline>
      ${PROJECT_BINARY_DIR}/models/${model}_traced.pt ${PROJECT_BINARY_DIR}/models/${model}_scripted.pt 1,3,224,224)
  set_tests_properties(same_graph_${model} PROPERTIES
    FIXTURES_REQUIRED torchvision_models LABELS models SKIP_RETURN_CODE 77 TIMEOUT 300
    ENVIRONMENT "OMP_WAIT_POLICY=passive")
endforeach()
