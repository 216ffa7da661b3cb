{#- Both ways: the rows of a mart are those of the built-in model, where a schema with that is named. #}
{% test equals_model(model, columns) %}
{%- if not var('ashby_model_schema') %}
select 1 as nothing where false
{%- else %}
{%- set built_in = api.Relation.create(
    database=model.database, schema=var('ashby_model_schema'), identifier=model.identifier) %}
{%- set shown = [] %}
{%- for column in columns %}
    {%- if 'days' in column or 'hours' in column or 'minutes' in column %}
        {%- do shown.append('round(cast(' ~ column ~ ' as numeric(30, 9)), 6) as ' ~ column) %}
    {%- elif column.endswith('_at') %}
        {%- do shown.append('cast(' ~ column ~ ' as timestamptz) as ' ~ column) %}
    {%- else %}
        {%- do shown.append('cast(' ~ column ~ ' as text) as ' ~ column) %}
    {%- endif %}
{%- endfor %}
with mart as (select {{ shown | join(', ') }} from {{ model }}),
built_in as (select {{ shown | join(', ') }} from {{ built_in }})
select 'only in the mart' as place, a.* from (select * from mart except select * from built_in) as a
union all
select 'only in the model' as place, b.* from (select * from built_in except select * from mart) as b
{%- endif %}
{% endtest %}
