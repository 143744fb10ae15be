# Every exit and cut of real networks against the module as it came. Cuts are sampled to keep the whole label within
# minutes; `branchline verify MODEL.pt --input 1,3,224,224` without --cuts tries every one.
if(NOT TARGET branchline)
  return()
endif()
set(export_script ${CMAKE_CURRENT_SOURCE_DIR}/export_torchvision.py)
set(verify_script ${CMAKE_CURRENT_SOURCE_DIR}/verify_model.sh)
set(exported ${PROJECT_BINARY_DIR}/models)

add_test(NAME export_torchvision COMMAND ${export_script} --keep -o ${exported})
set_tests_properties(export_torchvision PROPERTIES
  FIXTURES_SETUP torchvision_models LABELS models SKIP_RETURN_CODE 77 TIMEOUT 600)

function(bl_verify_test name file)
  add_test(NAME verify_${name} COMMAND ${verify_script} $<TARGET_FILE:branchline> ${file} ${ARGN})
  set_tests_properties(verify_${name} PROPERTIES
    LABELS models SKIP_RETURN_CODE 77 TIMEOUT 600 ENVIRONMENT "OMP_WAIT_POLICY=passive")
endfunction()

foreach(model alexnet vgg11 resnet18 resnet50 googlenet mobilenet_v2 mobilenet_v3_small)
  foreach(kind traced scripted)
    bl_verify_test(${model}_${kind} ${exported}/${model}_${kind}.pt --input 1,3,224,224 --cuts 4 --sets 4)
    set_tests_properties(verify_${model}_${kind} PROPERTIES FIXTURES_REQUIRED torchvision_models)
  endforeach()
endforeach()

file(GLOB shipped CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/branchy_models/pretrained/*.pt)
foreach(file ${shipped})
  get_filename_component(model ${file} NAME_WE)
  bl_verify_test(${model} ${file} --cuts 6)
endforeach()
