{#- Columns that tell rows apart together; null is a value among others. #}
{% test unique_together(model, columns) %}
select {{ columns | join(', ') }}, count(*) as rows_alike from {{ model }} group by {{ columns | join(', ') }} having count(*) > 1
{% endtest %}
